"""Shapes of the analytics API. Null means that the platform does not give the number, or that nothing is known yet."""

from typing import Any

from rest_framework import serializers

import platforms
from analytics.selectors import best
from core.fields import DayField, ZoneField
from core.serializers import InputSerializer, PageQuery
from patterns.models import PatternType


class PeriodSerializer(InputSerializer):
    """Query of everything that covers a period; the last 30 days by default."""

    start_date = DayField(required=False)
    end_date = DayField(required=False)
    timezone = ZoneField(required=False, help_text="Whose days are meant. Default: the person's own time zone.")
    platform = serializers.ChoiceField(choices=platforms.names(), required=False)


class TotalsSerializer(serializers.Serializer[Any]):
    posts = serializers.IntegerField()
    views = serializers.IntegerField(allow_null=True)
    likes = serializers.IntegerField(allow_null=True)
    comments = serializers.IntegerField(allow_null=True)
    shares = serializers.IntegerField(allow_null=True)
    engagement_rate = serializers.FloatField(source="rate", allow_null=True, help_text="Per cent, two decimals")


class PostRowSerializer(serializers.Serializer[Any]):
    post_id = serializers.UUIDField()
    target_id = serializers.UUIDField()
    platform = serializers.CharField()
    text = serializers.CharField()
    permalink = serializers.CharField()
    published_at = serializers.DateTimeField()
    views = serializers.IntegerField(allow_null=True)
    likes = serializers.IntegerField(allow_null=True)
    comments = serializers.IntegerField(allow_null=True)
    shares = serializers.IntegerField(allow_null=True)
    engagement_rate = serializers.FloatField(source="rate", allow_null=True)


class DashboardSerializer(serializers.Serializer[Any]):
    start_date = serializers.DateField(source="period.first")
    end_date = serializers.DateField(source="period.last")
    timezone = serializers.CharField(source="period.zone")
    total_views = serializers.IntegerField(source="now.views", allow_null=True)
    total_engagement = serializers.IntegerField(source="now.engagement", allow_null=True)
    average_engagement_rate = serializers.FloatField(source="now.rate", allow_null=True)
    posts = serializers.IntegerField(source="now.posts")
    previous = TotalsSerializer(source="before")
    top_performing_videos = PostRowSerializer(source="top", many=True)
    platform_breakdown = serializers.DictField(source="platforms", child=TotalsSerializer())


class VideoNumbersSerializer(serializers.Serializer[Any]):
    video_id = serializers.UUIDField(source="video.pk")
    platforms = serializers.DictField(child=TotalsSerializer())
    pattern_match_score = serializers.FloatField(source="match_score", allow_null=True, help_text="0–100")
    matched_patterns = serializers.ListField(source="matched", child=serializers.DictField())
    updated_at = serializers.DateTimeField(allow_null=True)


class SnapshotSerializer(serializers.Serializer[Any]):
    slot = serializers.CharField()
    taken_at = serializers.DateTimeField()
    age_s = serializers.FloatField()
    views = serializers.IntegerField(allow_null=True)
    impressions = serializers.IntegerField(allow_null=True)
    likes = serializers.IntegerField(allow_null=True)
    comments = serializers.IntegerField(allow_null=True)
    shares = serializers.IntegerField(allow_null=True)
    saves = serializers.IntegerField(allow_null=True)
    clicks = serializers.IntegerField(allow_null=True)
    watch_time_s = serializers.FloatField(allow_null=True)


class CurveSerializer(serializers.Serializer[Any]):
    target_id = serializers.UUIDField(source="target.pk")
    platform = serializers.CharField(source="target.platform")
    account_id = serializers.UUIDField(source="target.account_id")
    permalink = serializers.CharField(source="target.permalink")
    engagement_rate = serializers.FloatField(source="rate", allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField()
    snapshots = SnapshotSerializer(many=True)


class ScoreSerializer(serializers.Serializer[Any]):
    """A level's score 0–100 with its 80 % interval; null below 30 posts or 5 per level, `label` says so."""

    platform = serializers.CharField()
    type = serializers.CharField()
    level = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    interval_low = serializers.FloatField(allow_null=True)
    interval_high = serializers.FloatField(allow_null=True)
    sample_size = serializers.IntegerField()
    as_of = serializers.DateTimeField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`label` is also an attribute of fields, so it cannot be declared in the class body."""
        return {**super().get_fields(), "label": serializers.CharField()}


class BestFilterSerializer(InputSerializer):
    platform = serializers.ChoiceField(choices=platforms.names(), required=False)


class ScoreQuerySerializer(PageQuery):
    platform = serializers.ChoiceField(choices=platforms.names(), required=False)
    type = serializers.ChoiceField(choices=PatternType.choices, required=False)


class SharedSerializer(serializers.Serializer[Any]):
    """A level that sets the best posts apart."""

    type = serializers.CharField()
    level = serializers.CharField()
    best_with = serializers.IntegerField()
    best_known = serializers.IntegerField(help_text="Best posts for which this type is known.")
    rest_with = serializers.IntegerField()
    rest_known = serializers.IntegerField()
    is_lacking = serializers.BooleanField(help_text="The others have it, the best lack it.")
    p_value = serializers.FloatField()
    words = serializers.SerializerMethodField()

    def get_words(self, found: Any) -> str:
        return best.in_words(found)


class BestSerializer(serializers.Serializer[Any]):
    """The best quarter of the posts against the rest. An observation, not a proof."""

    posts = serializers.IntegerField()
    best = serializers.IntegerField()
    missing = serializers.CharField(help_text="Why nothing may be said; empty when enough is known.")
    items = SharedSerializer(source="found", many=True)
