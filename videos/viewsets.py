"""The API of the library."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ActorViewSet, endpoint
from core.serializers import PageQuery
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


class VideoViewSet(mixins.ListModelMixin, ActorViewSet):
    """The workspace's videos."""

    serializer_class = VideoSerializer
    queryset = Video.objects.none()

    def get_queryset(self) -> QuerySet[Video]:
        asked = self.query
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

    @endpoint(query=VideoFilterSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The library, newest first; those in the trash are left out."""
        return super().list(request, *args, **kwargs)

    @endpoint(request=VideoPatchSerializer, responses=VideoSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change title, folder or tags."""
        asked = self.body
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

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Put a video into the trash, where it stays for 30 days."""
        library.delete(actor=self.actor, video_id=pk)
        return Response(status=204)

    @endpoint(responses=VideoSerializer)
    def archive(self, request: Request, pk: UUID) -> Response:
        """Take a video out of the everyday list."""
        return Response(VideoSerializer(library.archive(actor=self.actor, video_id=pk)).data)

    @endpoint(responses=VideoSerializer)
    def unarchive(self, request: Request, pk: UUID) -> Response:
        """Bring an archived video back."""
        return Response(VideoSerializer(library.archive(actor=self.actor, video_id=pk, archived=False)).data)

    @endpoint(responses=VideoSerializer)
    def restore(self, request: Request, pk: UUID) -> Response:
        """Take a video out of the trash."""
        return Response(VideoSerializer(library.restore(actor=self.actor, video_id=pk)).data)


class VideoUploadViewSet(ActorViewSet):
    """Upload by form."""

    parser_classes = (MultiPartParser, FormParser)
    serializer_class = UploadFormSerializer

    @endpoint(request={"multipart/form-data": UploadFormSerializer}, responses={201: UploadedVideoSerializer})
    def create(self, request: Request) -> Response:
        """Upload a video in one request. For large files and shaky connections use /uploads (tus)."""
        asked = self.body
        video = intake.upload(
            actor=self.actor,
            file=asked.get("file"),
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

    @endpoint(query=PageQuery)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The workspace's folders."""
        return super().list(request, *args, **kwargs)

    @endpoint(request=FolderWriteSerializer, responses={201: FolderSerializer})
    def create(self, request: Request) -> Response:
        """A new folder."""
        asked = self.body
        folder = folders.create_folder(actor=self.actor, name=asked["name"], parent_id=asked.get("parent_id"))
        return Response(FolderSerializer(folder).data, status=201)

    @endpoint(request=FolderWriteSerializer, responses=FolderSerializer, partial=True)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Rename a folder, or move it."""
        asked = self.body
        folder = folders.update_folder(
            actor=self.actor,
            folder_id=pk,
            name=asked.get("name"),
            parent_id=asked.get("parent_id"),
            move="parent_id" in asked,
        )
        return Response(FolderSerializer(folder).data)

    @endpoint(responses={204: None})
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

    @endpoint(query=PageQuery)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The workspace's tags, with how many videos carry each."""
        return super().list(request, *args, **kwargs)

    @endpoint(request=TagWriteSerializer, responses={201: TagSerializer})
    def create(self, request: Request) -> Response:
        """A new tag."""
        asked = self.body
        return Response(TagSerializer(folders.create_tag(actor=self.actor, name=asked["name"])).data, status=201)

    @endpoint(request=TagWriteSerializer, responses=TagSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Rename a tag, on all its videos."""
        asked = self.body
        return Response(TagSerializer(folders.rename_tag(actor=self.actor, tag_id=pk, name=asked["name"])).data)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take a tag off all videos."""
        folders.delete_tag(actor=self.actor, tag_id=pk)
        return Response(status=204)
