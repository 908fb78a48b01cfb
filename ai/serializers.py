"""Shapes of the gateway's API."""

from typing import Any

from rest_framework import serializers

from ai.captions.schema import Tone
from ai.models import ResponseTemplate
from core.fields import InstantField
from core.serializers import InputSerializer, PageQuery, VersionField
from platforms import PLATFORMS


class CaptionGenerateSerializer(InputSerializer):
    """`topic, tone, platform, context`; `text` optimises an existing text; `count` hashtags."""

    topic = serializers.CharField(max_length=500)
    tone = serializers.CharField(default=Tone.CASUAL, help_text="professional, witty, casual or urgent")
    platform = serializers.CharField(help_text=", ".join(PLATFORMS))
    context = serializers.CharField(default="", allow_blank=True, max_length=5_000)  # type: ignore[assignment]
    text = serializers.CharField(default="", allow_blank=True, max_length=63_206)
    count = serializers.IntegerField(default=5, min_value=0, max_value=30)
    language = serializers.CharField(
        default="", allow_blank=True, max_length=12, help_text="Empty: the preference of the caller."
    )


class CaptionSerializer(serializers.Serializer[Any]):
    """A caption with its length in the platform's own unit; `text` is caption and hashtags as they are posted.
    `left_out` says in sentences what of a given text could not be kept; `offline` says that no model wrote it."""

    text = serializers.CharField()
    caption = serializers.CharField()
    hashtags = serializers.ListField(child=serializers.CharField())
    platform = serializers.CharField()
    length = serializers.IntegerField()
    limit = serializers.IntegerField()
    left_out = serializers.ListField(child=serializers.CharField())
    offline = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]
    model = serializers.CharField()


class TemplateSerializer(serializers.ModelSerializer[ResponseTemplate]):
    """A stored answer."""

    class Meta:
        model = ResponseTemplate
        fields = (
            "id", "purpose", "request", "answer", "source", "provider", "model", "version", "hit_count", "last_hit_at",
            "is_active", "expires_at", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class TemplateCreateSerializer(InputSerializer):
    """`request` and `answer` follow the purpose's schemas."""

    purpose = serializers.CharField(max_length=64)
    request = serializers.JSONField()
    answer = serializers.JSONField()
    expires_at = InstantField(required=False, allow_null=True, default=None)


class TemplateUpdateSerializer(InputSerializer):
    """`version` is the one that was read."""

    version = VersionField()
    answer = serializers.JSONField(required=False)
    is_active = serializers.BooleanField(required=False)
    expires_at = InstantField(required=False, allow_null=True)


class TemplateFilterSerializer(PageQuery):
    """Filters of the list."""

    purpose = serializers.CharField(default="", allow_blank=True)
    active = serializers.BooleanField(allow_null=True, default=None)
    search = serializers.CharField(default="", allow_blank=True, max_length=200)


class PurposeUsageSerializer(serializers.Serializer[Any]):
    purpose = serializers.CharField()
    requests = serializers.IntegerField()
    cached = serializers.IntegerField()
    offline = serializers.IntegerField()
    failed = serializers.IntegerField()
    tokens_in = serializers.IntegerField()
    tokens_out = serializers.IntegerField()
    cost_micro_usd = serializers.IntegerField()
    unpriced = serializers.IntegerField(help_text="Calls whose price the operator has not stated.")
    hit_rate_ratio = serializers.FloatField(allow_null=True)


class UsageSerializer(serializers.Serializer[Any]):
    """Use of models this month (UTC)."""

    since = serializers.DateTimeField()
    requests = serializers.IntegerField()
    cached = serializers.IntegerField()
    offline = serializers.IntegerField()
    tokens_in = serializers.IntegerField()
    tokens_out = serializers.IntegerField()
    cost_micro_usd = serializers.IntegerField()
    unpriced = serializers.IntegerField()
    hit_rate_ratio = serializers.FloatField(allow_null=True)
    budget_micro_usd = serializers.IntegerField(allow_null=True)
    purposes = PurposeUsageSerializer(many=True)
