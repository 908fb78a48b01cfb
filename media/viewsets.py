"""The API of the media library. Deleting is publishing's: it knows which posts still need a file."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ActorViewSet, endpoint
from core.parsers import JSONParser
from media import form_uploads, presigned_uploads, selectors
from media.models import MediaFile
from media.serializers import (
    MediaFileSerializer,
    MediaFilterSerializer,
    MediaUploadSerializer,
    PresignSerializer,
    TicketSerializer,
)


class MediaViewSet(mixins.ListModelMixin, ActorViewSet):
    """Files of the workspace."""

    serializer_class = MediaFileSerializer
    queryset = MediaFile.objects.none()
    parser_classes = (MultiPartParser, JSONParser)

    def get_queryset(self) -> QuerySet[MediaFile]:
        asked = self.query
        return selectors.files(self.actor, kind=asked.get("kind", ""), search=asked.get("search", ""))

    @endpoint(query=MediaFilterSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Pictures and videos, newest first. `kind` asks for one kind, also of what is derived (thumbnails, copies)."""
        return super().list(request, *args, **kwargs)

    @endpoint(request={"application/json": PresignSerializer}, responses={201: TicketSerializer})
    def presign(self, request: Request) -> Response:
        """Announce a file and get the address that takes it: one PUT, for an hour, this file only."""
        user_id = self.actor.user_id
        assert user_id is not None
        ticket = presigned_uploads.announce(
            actor=self.actor,
            user_id=user_id,
            filename=self.body["filename"],
            content_type=self.body["content_type"].lower(),
            size_bytes=self.body["size_bytes"],
            checksum=self.body.get("sha256", ""),
        )
        return Response(TicketSerializer(ticket).data, status=201)

    @endpoint(
        request={"multipart/form-data": MediaUploadSerializer},
        responses={200: MediaFileSerializer, 201: MediaFileSerializer},
    )
    def create(self, request: Request) -> Response:
        """Store a picture or a video for posts: a form's file, or with `upload_id` (in a form or in JSON) one that was
        sent with PUT. A confirmation asked again answers the same file with 200. A video to be analysed belongs to
        /videos/upload."""
        if "upload_id" not in self.body:
            file = form_uploads.store_upload(actor=self.actor, file=self.body.get("file"))
            return Response(MediaFileSerializer(file).data, status=201)
        file, created = presigned_uploads.confirm(
            actor=self.actor,
            upload_id=self.body["upload_id"],
            checksum=self.body.get("sha256", ""),
        )
        return Response(MediaFileSerializer(file).data, status=201 if created else 200)
