"""Shapes of what is said of a post before it goes out: limits, problems, previews, proposals."""

from typing import Any

from rest_framework import serializers

from ai.captions.schema import Tone
from core.serializers import InputSerializer


class ProblemSerializer(serializers.Serializer[Any]):
    """Something that the platform would refuse. `field` names where it is put right."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField(source="sentence")


class ConversionSerializer(serializers.Serializer[Any]):
    """A file that is converted on its way, and what it will be."""

    media_id = serializers.CharField(source="media.file_id")
    becomes = serializers.CharField(source="words")
    content_type = serializers.CharField(source="becomes.content_type")
    width = serializers.IntegerField(source="becomes.width", allow_null=True)
    height = serializers.IntegerField(source="becomes.height", allow_null=True)


class PreviewSerializer(serializers.Serializer[Any]):
    """One account's share as it would go out, and what stands in its way. `limit` is null when there is none."""

    account_id = serializers.UUIDField(source="account.pk")
    account = serializers.CharField(source="account.handle")
    platform = serializers.CharField(source="account.platform")
    text = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField(help_text="What the text is counted in.")
    used = serializers.IntegerField()
    limit = serializers.SerializerMethodField()
    ready = serializers.SerializerMethodField()
    problems = ProblemSerializer(many=True)
    conversions = ConversionSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())

    def get_limit(self, report: Any) -> int | None:
        return report.limit or None

    def get_ready(self, report: Any) -> bool:
        return not report.problems


class PreviewsSerializer(serializers.Serializer[Any]):
    """How a post would go out. `ready` when nothing stands in the way of any share."""

    ready = serializers.BooleanField()
    targets = PreviewSerializer(many=True)


class OptimizeSerializer(InputSerializer):
    """For which of the post's accounts (default: all), and in what tone."""

    account_ids = serializers.ListField(child=serializers.UUIDField(), required=False, default=list, max_length=50)
    tone = serializers.ChoiceField(choices=[tone.value for tone in Tone], required=False, default=Tone.CASUAL.value)


class ProposalSerializer(serializers.Serializer[Any]):
    """One account's text as it could be; `length` and `limit` in the platform's own unit. `left_out` says in sentences
    which links, mentions, numbers and hashtags could not be kept."""

    account_id = serializers.UUIDField(source="target.account_id")
    platform = serializers.CharField(source="target.platform")
    text = serializers.CharField()
    caption = serializers.CharField(source="written.caption")
    hashtags = serializers.ListField(child=serializers.CharField(), source="written.hashtags")
    length = serializers.IntegerField(source="written.length")
    limit = serializers.IntegerField(source="written.limit")
    left_out = serializers.ListField(child=serializers.CharField(), source="written.left_out")
    offline = serializers.BooleanField(source="written.offline")


class ProposalsSerializer(serializers.Serializer[Any]):
    """Proposals in the order of the post's accounts."""

    items = ProposalSerializer(many=True)


class LimitSerializer(serializers.Serializer[Any]):
    """A published limit with its unit, and where and when it was read."""

    value = serializers.JSONField()
    unit = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # the API's word; DRF uses the name for something else
    read_on = serializers.DateField()


class LimitsSerializer(serializers.Serializer[Any]):
    """What one platform allows."""

    platform = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # the API's word; DRF uses the name for something else
    text_unit = serializers.CharField()
    needs_media = serializers.BooleanField()
    limits = serializers.DictField(child=LimitSerializer())


class AllLimitsSerializer(serializers.Serializer[Any]):
    items = LimitsSerializer(many=True)
