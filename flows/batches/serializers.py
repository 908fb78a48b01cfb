"""Shapes of posts from many videos in the API."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.fields import DayField, ZoneField
from core.serializers import InputSerializer
from flows.batches.planning import MOST
from flows.batches.times import LONGEST_HOURS, MOST_TIMES
from flows.spreadsheets.serializers import MistakeSerializer
from publishing.posts.option_serializers import PlatformOptionsSerializer

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _ids(**more: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST, **more)


class PostTimesSerializer(InputSerializer):
    """When posts go out: on days of the week at times of day, or every so many hours."""

    hints: ClassVar = {"time": "times", "at": "times", "start": "starts_on", "days": "weekdays", "hours": "every_hours"}
    times = serializers.ListField(
        child=serializers.TimeField(), min_length=1, max_length=MOST_TIMES,
        help_text="Times of day in `timezone`. With `every_hours` the first post goes out at the earliest.",
    )  # fmt: skip
    weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=[(day, day) for day in DAYS]), required=False, min_length=1,
        help_text="Default: every day.",
    )  # fmt: skip
    every_hours = serializers.IntegerField(required=False, min_value=1, max_value=LONGEST_HOURS)
    starts_on = DayField(required=False, help_text="Default: today. What has passed is left out.")
    timezone = ZoneField(required=False, help_text="Default: your own.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two patterns of which one would be dropped."""
        if "every_hours" in attrs and "weekdays" in attrs:
            raise serializers.ValidationError({"every_hours": ["Give weekdays or every_hours, not both."]})
        return attrs


class FromVideosSerializer(InputSerializer):
    """A post of each video: files by `media_ids`, `video_ids` or `rendition_ids`, accounts by platform or id."""

    hints: ClassVar = {
        "videos": "video_ids", "renditions": "rendition_ids", "files": "media_ids", "caption": "content",
        "text": "content", "accounts": "account_ids", "schedule": "pattern", "template": "template_id",
    }  # fmt: skip
    media_ids = _ids()
    video_ids = _ids()
    rendition_ids = _ids()
    platforms = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=20)
    account_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50)
    pattern = PostTimesSerializer()
    content = serializers.CharField(
        required=False, allow_blank=True, max_length=20_000, help_text="`{{title}}` is each video's title."
    )
    template_id = serializers.UUIDField(required=False, help_text="A template of the library instead of `content`.")
    variables = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    optimize = serializers.BooleanField(
        default=False, help_text="true: fit each platform's text and hashtags to it; 40 texts at most."
    )
    platform_options = PlatformOptionsSerializer(required=False)
    campaign = serializers.CharField(required=False, allow_blank=True, max_length=80)
    dry_run = serializers.BooleanField(default=False, help_text="true: only say what would be made.")
    only_right = serializers.BooleanField(
        default=False, help_text="true: make the posts in whose way nothing stands. Else one mistake stops all."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One source of words, and values only where something takes them."""
        if "template_id" in attrs and "content" in attrs:
            raise serializers.ValidationError({"content": ["Give content or template_id, not both."]})
        if "variables" in attrs and "template_id" not in attrs:
            raise serializers.ValidationError({"variables": ["Only a template has variables."]})
        return attrs


class FromVideosItemSerializer(serializers.Serializer[Any]):
    """One video's post, as made or as it would be."""

    row = serializers.IntegerField(help_text="Counted from 1, in the order of the files.")
    media_id = serializers.UUIDField()
    scheduled_at = serializers.DateTimeField()
    wall_time = serializers.CharField()
    content = serializers.CharField()
    own = serializers.DictField(child=serializers.CharField(), help_text="Other texts, by platform.")
    notes = serializers.ListField(child=serializers.CharField())
    post_id = serializers.UUIDField(allow_null=True)


class FromVideosAnswerSerializer(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField()
    timezone = serializers.CharField()
    made = serializers.IntegerField()
    mistakes = MistakeSerializer(many=True)
    items = FromVideosItemSerializer(many=True)
    undo = serializers.CharField(help_text="The key for `POST /posts/bulk/undo`; empty when nothing was made.")
