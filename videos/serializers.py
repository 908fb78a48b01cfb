"""The API's shape of the library."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import InputSerializer, PageQuery, VersionField
from media.serializers import UploadField
from media.urls import signed_url
from videos.models import Folder, Tag, Video
from videos.selectors import ORDERINGS
from videos.services.intake import MISSING_FILE


class FolderRefSerializer(serializers.ModelSerializer[Folder]):
    """A folder by name."""

    class Meta:
        model = Folder
        fields = ("id", "name")


class VideoErrorSerializer(serializers.Serializer[Any]):
    """Why processing failed."""

    code = serializers.CharField()
    message = serializers.CharField(help_text="A sentence for a person.")


class VideoSerializer(serializers.ModelSerializer[Video]):
    """A video of the library. Addresses of files are signed and expire after 24 hours."""

    filename = serializers.CharField(source="media.original_name", read_only=True)
    duration = serializers.FloatField(source="media.duration_s", read_only=True, allow_null=True, help_text="Seconds.")
    width = serializers.IntegerField(source="media.width", read_only=True, allow_null=True)
    height = serializers.IntegerField(source="media.height", read_only=True, allow_null=True)
    fps = serializers.FloatField(source="media.fps", read_only=True, allow_null=True)
    has_audio = serializers.BooleanField(source="media.has_audio", read_only=True, allow_null=True)
    size_bytes = serializers.IntegerField(source="media.size_bytes", read_only=True)
    content_type = serializers.CharField(source="media.content_type", read_only=True)
    sha256 = serializers.CharField(source="media.sha256", read_only=True)
    media_id = serializers.UUIDField(read_only=True)
    folder = FolderRefSerializer(read_only=True, allow_null=True)
    tags = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    archived = serializers.SerializerMethodField()
    thumbnail_url = serializers.SerializerMethodField()
    file_url = serializers.SerializerMethodField()

    class Meta:
        model = Video
        fields: Any = (
            "id", "title", "filename", "status", "stage", "error", "duration", "width", "height", "fps", "has_audio",
            "size_bytes", "content_type", "sha256", "media_id", "folder", "tags", "archived", "version",
            "thumbnail_url", "file_url", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields: Any = fields

    def get_tags(self, video: Video) -> list[str]:
        """By name."""
        return sorted((tag.name for tag in video.tags.all()), key=str.casefold)

    @extend_schema_field(VideoErrorSerializer(allow_null=True))
    def get_error(self, video: Video) -> dict[str, str] | None:
        return {"code": video.error_code, "message": video.error} if video.error else None

    def get_archived(self, video: Video) -> bool:
        return video.archived_at is not None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_thumbnail_url(self, video: Video) -> str | None:
        return signed_url(video.poster, exact=False) if video.poster else None

    @extend_schema_field(serializers.URLField())
    def get_file_url(self, video: Video) -> str:
        return signed_url(video.media, exact=False)


class UploadedVideoSerializer(serializers.ModelSerializer[Video]):
    """The answer to an upload."""

    filename = serializers.CharField(source="media.original_name", read_only=True)
    upload_url = serializers.SerializerMethodField()

    class Meta:
        model = Video
        fields = ("id", "filename", "title", "status", "upload_url", "created_at")
        read_only_fields = fields

    @extend_schema_field(serializers.URLField(help_text="The stored file, for 24 hours."))
    def get_upload_url(self, video: Video) -> str:
        return signed_url(video.media)


class UploadFormSerializer(InputSerializer):
    """The form of an upload."""

    file = UploadField(missing=MISSING_FILE, help_text="MP4, M4V, MOV, AVI or WebM.")
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)
    folder_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class VideoFilterSerializer(PageQuery):
    """The list's filters."""

    status = serializers.ChoiceField(choices=Video.Status.choices, required=False)
    search = serializers.CharField(required=False, allow_blank=True, max_length=200)
    folder = serializers.CharField(required=False, help_text='A folder\'s id, or "none".', max_length=40)
    tag = serializers.UUIDField(required=False, help_text="A tag's id.")
    archived = serializers.BooleanField(required=False, default=False)
    ordering = serializers.ChoiceField(choices=sorted(ORDERINGS), required=False)


class VideoPatchSerializer(InputSerializer):
    """What of a video can be changed."""

    title = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    folder_id = serializers.UUIDField(required=False, allow_null=True, help_text="null: in no folder.")
    tags = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=100)
    version = VersionField(required=False, help_text="The version you changed; 409 when it is no longer the newest.")


class FolderSerializer(serializers.ModelSerializer[Folder]):
    """A folder."""

    parent_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = Folder
        fields = ("id", "name", "parent_id", "created_at")
        read_only_fields = fields


class FolderWriteSerializer(InputSerializer):
    """A folder's name and place."""

    name = serializers.CharField(allow_blank=True, max_length=1000)
    parent_id = serializers.UUIDField(required=False, allow_null=True, help_text="null: at the top.")


class TagSerializer(serializers.ModelSerializer[Tag]):
    """A tag and how many videos carry it."""

    video_count = serializers.SerializerMethodField()

    class Meta:
        model = Tag
        fields = ("id", "name", "video_count")
        read_only_fields = fields

    def get_video_count(self, tag: Tag) -> int:
        return int(getattr(tag, "video_count", 0))


class TagWriteSerializer(InputSerializer):
    """A tag's name."""

    name = serializers.CharField(allow_blank=True, max_length=1000)
