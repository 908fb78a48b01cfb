"""The API of the library."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ActorViewSet
from videos import selectors
from videos.models import Folder, Tag, Video
from videos.selectors import ORDERINGS, Filters
from videos.serializers import (
    FolderSerializer,
    FolderWriteSerializer,
    TagSerializer,
    TagWriteSerializer,
    UploadedVideoSerializer,
    UploadFormSerializer,
    VideoFilterSerializer,
    VideoPatchSerializer,
    VideoSerializer,
)
from videos.services import folders, intake, library


def valid(serializer: Any) -> dict[str, Any]:
    """The validated data; a refusal in the API's format."""
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data


class VideoViewSet(mixins.ListModelMixin, ActorViewSet):
    """The workspace's videos."""

    serializer_class = VideoSerializer
    queryset = Video.objects.none()

    def get_queryset(self) -> QuerySet[Video]:
        asked = valid(VideoFilterSerializer(data=self.request.query_params))
        filters = Filters(
            search=asked.get("search", ""),
            status=asked.get("status", ""),
            folder=asked.get("folder", ""),
            tag=str(asked.get("tag", "")),
            place="archived" if asked["archived"] else "all",
            order=ORDERINGS[asked.get("ordering", "-created_at")],
        )
        videos: QuerySet[Video] = selectors.library(self.actor, filters)
        return videos

    @extend_schema(parameters=[VideoFilterSerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The library, newest first; those in the trash are left out."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=VideoPatchSerializer, responses=VideoSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change title, folder or tags."""
        asked = valid(VideoPatchSerializer(data=request.data))
        video = library.update(
            actor=self.actor,
            video_id=pk,
            title=asked.get("title"),
            folder_id=asked.get("folder_id"),
            move="folder_id" in asked,
            tags=asked.get("tags"),
            version=asked.get("version"),
        )
        return Response(VideoSerializer(video).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Put a video into the trash, where it stays for 30 days."""
        library.delete(actor=self.actor, video_id=pk)
        return Response(status=204)

    @extend_schema(request=None, responses=VideoSerializer)
    def archive(self, request: Request, pk: UUID) -> Response:
        """Take a video out of the everyday list."""
        return Response(VideoSerializer(library.archive(actor=self.actor, video_id=pk)).data)

    @extend_schema(request=None, responses=VideoSerializer)
    def unarchive(self, request: Request, pk: UUID) -> Response:
        """Bring an archived video back."""
        return Response(VideoSerializer(library.archive(actor=self.actor, video_id=pk, archived=False)).data)

    @extend_schema(request=None, responses=VideoSerializer)
    def restore(self, request: Request, pk: UUID) -> Response:
        """Take a video out of the trash."""
        return Response(VideoSerializer(library.restore(actor=self.actor, video_id=pk)).data)


class VideoUploadViewSet(ActorViewSet):
    """Upload by form."""

    parser_classes = (MultiPartParser, FormParser)
    serializer_class = UploadFormSerializer

    @extend_schema(request={"multipart/form-data": UploadFormSerializer}, responses={201: UploadedVideoSerializer})
    def create(self, request: Request) -> Response:
        """Upload a video in one request. For large files and shaky connections use /uploads (tus)."""
        form: Any = request.data
        data = {name: form.get(name) for name in ("title", "folder_id") if form.get(name)}
        asked = valid(UploadFormSerializer(data=data))
        video = intake.upload(
            actor=self.actor,
            file=request.FILES.get("file"),
            title=asked["title"],
            folder_id=asked["folder_id"],
        )
        return Response(UploadedVideoSerializer(video).data, status=201)


class FolderViewSet(mixins.ListModelMixin, ActorViewSet):
    """Folders of the library."""

    serializer_class = FolderSerializer
    queryset = Folder.objects.none()

    def get_queryset(self) -> QuerySet[Folder]:
        return selectors.folders(self.actor)

    @extend_schema(request=FolderWriteSerializer, responses={201: FolderSerializer})
    def create(self, request: Request) -> Response:
        """A new folder."""
        asked = valid(FolderWriteSerializer(data=request.data))
        folder = folders.create_folder(actor=self.actor, name=asked["name"], parent_id=asked.get("parent_id"))
        return Response(FolderSerializer(folder).data, status=201)

    @extend_schema(request=FolderWriteSerializer, responses=FolderSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Rename a folder, or move it."""
        asked = valid(FolderWriteSerializer(data=request.data, partial=True))
        folder = folders.update_folder(
            actor=self.actor,
            folder_id=pk,
            name=asked.get("name"),
            parent_id=asked.get("parent_id"),
            move="parent_id" in asked,
        )
        return Response(FolderSerializer(folder).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a folder; its videos stay in the library."""
        folders.delete_folder(actor=self.actor, folder_id=pk)
        return Response(status=204)


class TagViewSet(mixins.ListModelMixin, ActorViewSet):
    """Tags of the library."""

    serializer_class = TagSerializer
    queryset = Tag.objects.none()

    def get_queryset(self) -> QuerySet[Tag]:
        return selectors.tags(self.actor)

    @extend_schema(request=TagWriteSerializer, responses={201: TagSerializer})
    def create(self, request: Request) -> Response:
        """A new tag."""
        asked = valid(TagWriteSerializer(data=request.data))
        return Response(TagSerializer(folders.create_tag(actor=self.actor, name=asked["name"])).data, status=201)

    @extend_schema(request=TagWriteSerializer, responses=TagSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Rename a tag, on all its videos."""
        asked = valid(TagWriteSerializer(data=request.data))
        return Response(TagSerializer(folders.rename_tag(actor=self.actor, tag_id=pk, name=asked["name"])).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take a tag off all videos."""
        folders.delete_tag(actor=self.actor, tag_id=pk)
        return Response(status=204)
