"""Deleting files through the API. It stands here because only posts know whether a file is still needed."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ActorViewSet, endpoint
from media.models import MediaFile
from media.serializers import MediaFileSerializer
from publishing.services import files


class MediaDeletionViewSet(ActorViewSet):
    """One file of the media library."""

    serializer_class = MediaFileSerializer
    queryset = MediaFile.objects.none()

    @endpoint(responses=MediaFileSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One file."""
        return Response(MediaFileSerializer(files.get(self.actor, pk)).data)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a file; 409 while a post that has not gone out, a video or an edit needs it."""
        files.delete_file(actor=self.actor, file_id=pk)
        return Response(status=204)

    @endpoint(responses=MediaFileSerializer)
    def restore(self, request: Request, pk: UUID) -> Response:
        """Bring a file back within a day of its deletion."""
        return Response(MediaFileSerializer(files.restore_file(actor=self.actor, file_id=pk)).data)
