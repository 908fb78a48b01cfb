"""Shapes of the editing API."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.serializers import InputSerializer, PageQuery
from editing.formats import ASPECTS
from editing.models import Edit, Rendition
from editing.planners import Wish
from editing.requests import EditRequest
from media.signed_urls import signed_url
from platforms import PLATFORMS

_FITS = ("crop", "pad")


class OutputFormatSerializer(InputSerializer):
    """`output_format` as documented: duration in seconds, aspect ratio, resolution."""

    duration = serializers.FloatField(required=False, min_value=1, max_value=3600)
    aspect_ratio = serializers.ChoiceField(required=False, choices=list(ASPECTS))
    resolution = serializers.RegexField(r"^\d{2,4}x\d{2,4}$", required=False)


class FormatSerializer(InputSerializer):
    """One output: what is left out follows from the platform and the video."""

    platform = serializers.ChoiceField(required=False, choices=list(PLATFORMS))
    aspect_ratio = serializers.ChoiceField(required=False, choices=list(ASPECTS))
    resolution = serializers.RegexField(r"^\d{2,4}x\d{2,4}$", required=False)
    max_duration = serializers.FloatField(required=False, min_value=1, max_value=3600)
    fit = serializers.ChoiceField(required=False, choices=_FITS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("platform") and not attrs.get("aspect_ratio"):
            raise serializers.ValidationError("A format names a platform, an aspect ratio, or both.")
        return attrs


class EditRequestSerializer(InputSerializer):
    """`script_id`, `platform` and `output_format` as documented; `formats` asks for several outputs at once."""

    hints: ClassVar = {
        "captions": "texts", "subtitles": "texts", "overlays": "texts", "music": "music_id", "script": "script_id",
        "watermark": "watermark_id", "logo": "watermark_id", "intro": "intro_id", "outro": "outro_id",
        "format": "output_format", "platforms": "formats", "aspect_ratio": "output_format", "start": "start_time",
        "end": "end_time", "name": "title",
    }  # fmt: skip
    title = serializers.CharField(required=False, max_length=200, default="")
    script_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    platform = serializers.ChoiceField(required=False, choices=list(PLATFORMS))
    output_format = OutputFormatSerializer(required=False)
    formats = serializers.ListField(child=FormatSerializer(), required=False, max_length=8)
    duration = serializers.FloatField(required=False, min_value=1, max_value=3600)
    start_time = serializers.FloatField(required=False, min_value=0)
    end_time = serializers.FloatField(required=False, min_value=0)
    texts = serializers.BooleanField(required=False, default=True)
    source_sound = serializers.BooleanField(required=False, default=True)
    level_loudness = serializers.BooleanField(required=False, default=True)
    music_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    watermark_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    intro_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    outro_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class BatchItemSerializer(EditRequestSerializer):
    """One edit of a batch."""

    video_id = serializers.UUIDField()


class BatchSerializer(InputSerializer):
    """Several edits at once."""

    edits = serializers.ListField(child=BatchItemSerializer(), min_length=1, max_length=20)


def as_request(video_id: Any, given: dict[str, Any]) -> EditRequest:
    """A validated body as a request for a video."""
    form = given.get("output_format") or {}
    wishes = tuple(
        Wish(
            aspect=each.get("aspect_ratio"),
            platform=each.get("platform"),
            resolution=each.get("resolution"),
            max_duration_s=each.get("max_duration"),
            fit=each.get("fit"),
        )
        for each in given.get("formats") or ()
    )
    if not wishes or form or given.get("platform"):
        alone = Wish(form.get("aspect_ratio"), given.get("platform"), form.get("resolution"))
        wishes = (alone, *wishes)
    return EditRequest(
        video_id=video_id,
        formats=wishes,
        duration_s=given.get("duration") or form.get("duration"),
        start_s=given.get("start_time"),
        end_s=given.get("end_time"),
        **{
            name: given[name]
            for name in (
                "script_id", "texts", "source_sound", "level_loudness", "music_id", "watermark_id", "intro_id",
                "outro_id",
            )
        },
    )  # fmt: skip


class KeysSerializer(InputSerializer):
    """Which outputs; none named means all."""

    outputs = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=8)


class RenditionSerializer(serializers.ModelSerializer[Rendition]):
    """One output. `url` is signed and expires after 24 hours; null until the file is there."""

    url = serializers.SerializerMethodField()
    download_url = serializers.SerializerMethodField()
    media_id = serializers.UUIDField(read_only=True, allow_null=True)
    aspect_ratio = serializers.CharField(source="aspect", read_only=True)
    duration = serializers.FloatField(source="media.duration_s", read_only=True, default=None)
    width = serializers.IntegerField(source="media.width", read_only=True, default=None)
    height = serializers.IntegerField(source="media.height", read_only=True, default=None)
    size_bytes = serializers.IntegerField(source="media.size_bytes", read_only=True, default=None)
    sha256 = serializers.CharField(source="media.sha256", read_only=True, default=None)

    class Meta:
        model = Rendition
        fields = (
            "id", "edit_id", "purpose", "key", "platform", "aspect_ratio", "state", "duration", "width", "height",
            "size_bytes", "sha256", "media_id", "url", "download_url", "error", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_url(self, row: Rendition) -> str | None:
        return signed_url(row.media) if row.media else None

    def get_download_url(self, row: Rendition) -> str | None:
        return signed_url(row.media, download=True) if row.media else None


class EditSerializer(serializers.ModelSerializer[Edit]):
    """A row of the list, with its outputs."""

    task_id = serializers.UUIDField(source="job_id", read_only=True, allow_null=True)
    renditions = RenditionSerializer(many=True, read_only=True)

    class Meta:
        model = Edit
        fields = (
            "id", "title", "video_id", "script_id", "script_version", "state", "task_id", "error", "warnings",
            "renditions", "created_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields


class EditDetailSerializer(EditSerializer):
    """With the plan and the reasons for it."""

    class Meta:
        model = Edit
        fields = (*EditSerializer.Meta.fields, "request", "plan", "plan_version", "notes")
        read_only_fields = fields


class AcceptedSerializer(serializers.Serializer[Any]):
    """The answer while a job works: `task_id` is the job, `id` the edit."""

    task_id = serializers.UUIDField()
    status = serializers.CharField()
    estimated_completion = serializers.DateTimeField()
    id = serializers.UUIDField()


class BatchAnswerSerializer(serializers.Serializer[Any]):
    """One answer for each edit asked for, in order: accepted, or the error that refused it."""

    items = serializers.ListField(child=serializers.DictField())


class EditFilterSerializer(PageQuery):
    """Filters of the list of edits."""

    search = serializers.CharField(default="", allow_blank=True, max_length=200)
    state = serializers.ChoiceField(default="", choices=["", *Edit.State.values])
    video_id = serializers.UUIDField(default=None, allow_null=True)
    platform = serializers.ChoiceField(default="", choices=["", *PLATFORMS])


class RenditionFilterSerializer(PageQuery):
    """Filters of the list of renditions."""

    video_id = serializers.UUIDField(default=None, allow_null=True)
    platform = serializers.ChoiceField(default="", choices=["", *PLATFORMS])
    aspect_ratio = serializers.ChoiceField(default="", choices=["", *ASPECTS])
