"""The API's shape of files."""

from typing import Any, NoReturn

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import SENTENCE, InputSerializer, PageQuery
from media.form_uploads import MISSING_FILE
from media.models import MediaFile
from media.signed_urls import signed_url


class MediaFileSerializer(serializers.ModelSerializer[MediaFile]):
    """A stored file. `url` is signed and expires after 24 hours."""

    duration = serializers.FloatField(source="duration_s", read_only=True, allow_null=True, help_text="Seconds.")
    filename = serializers.CharField(source="original_name", read_only=True)
    url = serializers.SerializerMethodField()
    thumbnail_url = serializers.SerializerMethodField()

    class Meta:
        model = MediaFile
        fields = (
            "id", "kind", "state", "filename", "content_type", "size_bytes", "sha256", "width", "height", "duration",
            "fps", "has_audio", "url", "thumbnail_url", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.URLField())
    def get_url(self, file: MediaFile) -> str:
        return signed_url(file, exact=False)

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_thumbnail_url(self, file: MediaFile) -> str | None:
        if file.kind == MediaFile.Kind.THUMBNAIL or file.thumbnail is None:
            return None
        return signed_url(file.thumbnail, exact=False)


class MediaFilterSerializer(PageQuery):
    """The list's filters. `search` looks into file names."""

    kind = serializers.ChoiceField(choices=MediaFile.Kind.choices, required=False)
    search = serializers.CharField(required=False, allow_blank=True, max_length=200)


class UploadField(serializers.FileField):
    """A file of a form. An empty one is refused by name, where its content is judged."""

    def __init__(self, *, missing: str = MISSING_FILE, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)
        self.missing = missing

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        """Without a file there is one sentence, the same as on the page."""
        if key in ("required", "null"):
            raise serializers.ValidationError(self.missing, code=SENTENCE)
        super().fail(key, **kwargs)


class MediaUploadSerializer(InputSerializer):
    """A file of a form, or the id of one that was sent with PUT (a form as well as JSON may say it)."""

    file = UploadField(required=False, help_text="A picture (JPEG, PNG, WebP, GIF) or a video.")
    upload_id = serializers.UUIDField(required=False, help_text="Instead of a file: that of `POST /media/presign`.")
    sha256 = serializers.RegexField(
        r"^[0-9a-fA-F]{64}$", required=False, help_text="Beside `upload_id`: hex, of what was sent."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what would be left unread."""
        if "upload_id" in attrs:
            if "file" in attrs:
                raise serializers.ValidationError({"upload_id": ["Give a file or an upload_id, not both."]})
        elif "file" not in attrs:
            raise serializers.ValidationError({"file": [MISSING_FILE]}, code=SENTENCE)
        elif "sha256" in attrs:
            raise serializers.ValidationError({"sha256": ["Give it with an upload_id."]})
        return attrs


class PresignSerializer(InputSerializer):
    """A file that will be sent with one PUT."""

    filename = serializers.CharField(max_length=255)
    content_type = serializers.RegexField(r"^[\w.+-]+/[\w.+-]+$", max_length=100)
    size_bytes = serializers.IntegerField(min_value=0)
    sha256 = serializers.RegexField(r"^[0-9a-fA-F]{64}$", required=False, help_text="Hex, of what will be sent.")


class TicketSerializer(serializers.Serializer[Any]):
    """Where to send the bytes, and how. Afterwards confirm with `POST /media {"upload_id"}`."""

    upload_id = serializers.UUIDField(source="upload.pk")
    method = serializers.SerializerMethodField()
    url = serializers.URLField()
    headers = serializers.DictField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(source="upload.expires_at")

    def get_method(self, ticket: Any) -> str:
        return "PUT"
