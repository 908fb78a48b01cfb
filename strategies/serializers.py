"""Shapes of the strategies API."""

from rest_framework import serializers

from core.fields import DayField, ZoneField
from core.serializers import InputSerializer
from documents.serializers import PendingSerializer, UpdateSerializer, VersionSerializer
from strategies.models import Strategy, StrategyVersion


class StrategyGenerateSerializer(InputSerializer):
    """`video_ids, platforms, goals` as documented, and optional parameters."""

    video_ids = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)
    platforms = serializers.ListField(child=serializers.CharField(max_length=20), min_length=1, max_length=6)
    goals = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=6)
    niche = serializers.CharField(default="", allow_blank=True, max_length=120)
    audience = serializers.CharField(default="", allow_blank=True, max_length=300)
    notes = serializers.CharField(default="", allow_blank=True, max_length=2_000)
    tone = serializers.CharField(default="casual", max_length=40)
    weeks = serializers.IntegerField(default=4, min_value=1, max_value=12)
    posts_per_week = serializers.IntegerField(default=None, allow_null=True, min_value=1, max_value=21)
    start_on = DayField(default=None, allow_null=True)
    timezone = ZoneField(default="", allow_blank=True)
    language = serializers.CharField(
        default="", allow_blank=True, max_length=12, help_text="Empty: the preference of the caller."
    )


class StrategySerializer(serializers.ModelSerializer[Strategy]):
    """A row of the list."""

    class Meta:
        model = Strategy
        fields = (
            "id", "title", "status", "error", "platforms", "goals", "niche", "offline", "version", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class StrategyDetailSerializer(StrategySerializer):
    """With the content under `strategy`, the inputs, and where it came from."""

    strategy = serializers.JSONField(read_only=True)
    provenance = serializers.JSONField(read_only=True)
    video_ids = serializers.ListField(child=serializers.UUIDField(), read_only=True)

    class Meta:
        model = Strategy
        fields = (*StrategySerializer.Meta.fields, "strategy", "provenance", "video_ids", "inputs")
        read_only_fields = fields


class StrategyUpdateSerializer(UpdateSerializer):
    """`version` is the one that was read; `strategy` holds the sections to replace."""

    strategy = serializers.DictField(required=False)


class StrategyVersionSerializer(VersionSerializer):
    """A version without its content."""

    class Meta(VersionSerializer.Meta):
        model = StrategyVersion


class StrategyExportQuerySerializer(InputSerializer):
    """As what file."""

    format = serializers.ChoiceField(choices=["md", "pdf"], default="md")


class StrategyPendingSerializer(PendingSerializer):
    """The answer while a job still works on it."""
