"""Shapes of the scripts API."""

from rest_framework import serializers

from core.serializers import InputSerializer
from documents.serializers import PendingSerializer, UpdateSerializer, VersionSerializer
from scripts_app.models import Script, ScriptVersion


class ScriptGenerateSerializer(InputSerializer):
    """`concept, target_patterns, platform, duration` as documented, and optional parameters."""

    concept = serializers.CharField(max_length=500)
    target_patterns = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=60)
    video_ids = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)
    strategy_id = serializers.UUIDField(default=None, allow_null=True)
    platform = serializers.CharField(max_length=20)
    duration = serializers.FloatField(default=30.0, min_value=5, max_value=600)
    variations = serializers.IntegerField(default=1, min_value=1, max_value=5)
    points = serializers.ListField(child=serializers.CharField(max_length=200), default=list, max_length=12)
    audience = serializers.CharField(default="", allow_blank=True, max_length=300)
    tone = serializers.CharField(default="casual", max_length=40)
    language = serializers.CharField(
        default="", allow_blank=True, max_length=12, help_text="Empty: the preference of the caller."
    )


class ScriptSerializer(serializers.ModelSerializer[Script]):
    """A row of the list."""

    duration = serializers.FloatField(source="duration_s", read_only=True)
    video_id = serializers.UUIDField(read_only=True, allow_null=True)
    strategy_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = Script
        fields = (
            "id", "title", "concept", "platform", "duration", "status", "error", "variation", "group_id", "offline",
            "version", "video_id", "strategy_id", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ScriptDetailSerializer(ScriptSerializer):
    """With the content under `script`, where it came from, warnings, and the other variations."""

    script = serializers.JSONField(read_only=True)
    provenance = serializers.JSONField(read_only=True)
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)
    variations = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = Script
        fields = (*ScriptSerializer.Meta.fields, "script", "provenance", "warnings", "variations")
        read_only_fields = fields


class ScriptUpdateSerializer(UpdateSerializer):
    """`version` is the one that was read; `script` holds what to replace: segments, music, notes."""

    script = serializers.DictField(required=False)


class ScriptVersionSerializer(VersionSerializer):
    """A version without its content."""

    class Meta(VersionSerializer.Meta):
        model = ScriptVersion


class ScriptExportQuerySerializer(InputSerializer):
    """As what file."""

    format = serializers.ChoiceField(choices=["md", "pdf", "docx"], default="md")


class ScriptPendingSerializer(PendingSerializer):
    """The answer while jobs still work; `variations` lists the script and job of each."""

    variations = serializers.ListField(child=serializers.DictField())
