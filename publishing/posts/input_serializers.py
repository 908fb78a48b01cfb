"""Shapes of posts in requests to the API."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.fields import BoundField, WallTimeField, WhenField, ZoneField
from core.serializers import InputSerializer, VersionField
from publishing.connections.serializers import PlatformQuery
from publishing.posts.option_serializers import PlatformOptionsSerializer
from publishing.states import PostState

_WHEN = "An instant; without an offset, the local time of `timezone`."


class PostQuerySerializer(PlatformQuery):
    """Filters of the list of posts."""

    status = serializers.ChoiceField(choices=PostState.choices, required=False, default="")
    campaign = serializers.CharField(required=False, allow_blank=True, default="", max_length=80)
    search = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class TargetInputSerializer(InputSerializer):
    """One account's own share of a post."""

    account_id = serializers.UUIDField()
    content = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=20_000)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    options = serializers.DictField(required=False)


class TimedTargetInputSerializer(TargetInputSerializer):
    """One account's own share of a post, at a time of its own if wanted."""

    scheduled_at = WhenField(required=False, help_text=f"{_WHEN} Default: the time of the post.")
    timezone = ZoneField(required=False, help_text="Default: the time zone of the post.")


class PostInputSerializer(InputSerializer):
    """A post as a caller writes it: files by `media_ids`, `video_id` or `rendition_id`; accounts by platform or id."""

    hints: ClassVar = {
        "images": "media_ids", "image": "media_ids", "media": "media_ids", "media_urls": "media_ids",
        "files": "media_ids", "videos": "media_ids", "video": "video_id", "rendition": "rendition_id",
        "text": "content", "message": "content", "body": "content", "description": "content", "tags": "hashtags",
        "options": "platform_options", "accounts": "account_ids", "account_id": "account_ids", "platform": "platforms",
        "publish": "publish_now", "publish_at": "scheduled_at", "schedule_at": "scheduled_at",
        "schedule_time": "scheduled_at", "time": "scheduled_at",
    }  # fmt: skip
    video_id = serializers.UUIDField(required=False)
    rendition_id = serializers.UUIDField(required=False)
    media_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=35)
    caption = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    content = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    hashtags = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=60)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    platforms = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=20)
    account_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50)
    platform_options = PlatformOptionsSerializer(required=False)
    targets = TargetInputSerializer(many=True, required=False)
    campaign = serializers.CharField(required=False, allow_blank=True, max_length=80)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Two names of one thing must not say different things."""
        if "content" in attrs and attrs.get("caption", attrs["content"]) != attrs["content"]:
            raise serializers.ValidationError({"caption": ["Give content or caption: they are the same thing."]})
        return attrs


class PostChangeSerializer(PostInputSerializer):
    """Changes to a post that has not gone out; `version` is the one that was read."""

    version = VersionField(required=False)


class OnceApprovedSerializer(InputSerializer):
    """What is done where approval is required and missing."""

    once_approved = serializers.BooleanField(
        required=False,
        default=False,
        help_text="true: ask for the approval and publish once it is given, instead of answering 409.",
    )


class PublishSerializer(PostInputSerializer, OnceApprovedSerializer):
    publish_now = serializers.BooleanField(default=True)


class WhenSerializer(InputSerializer):
    """One time: an instant, or a time on the wall clock of a zone."""

    scheduled_at = WhenField(required=False, help_text=_WHEN)
    scheduled_for = WhenField(required=False, help_text="Another name of `scheduled_at`.")
    wall_time = WallTimeField(required=False, help_text="The local time of `timezone`, always without an offset.")
    timezone = ZoneField(required=False, help_text="IANA name. Default: the person's own time zone.")
    accept_conflicts = serializers.BooleanField(
        default=True,
        help_text="false: answer 409 with the code `schedule_conflict` instead of scheduling into a conflict.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two times of which one would be dropped."""
        given = [name for name in ("scheduled_at", "scheduled_for", "wall_time") if attrs.get(name)]
        if len({attrs[name] for name in given}) > 1:
            raise serializers.ValidationError({given[-1]: [f"Give one time: {' or '.join(given)}."]})
        return attrs


class ScheduleSerializer(PostInputSerializer, WhenSerializer):
    """A post with its time."""

    targets = TimedTargetInputSerializer(many=True, required=False)


class ScheduledFilterSerializer(PlatformQuery):
    """Which of the posts still to come; [start, end)."""

    start = BoundField(required=False, help_text=f"{_WHEN} A day alone is its midnight.")
    end = BoundField(required=False, help_text=f"{_WHEN} A day alone is its midnight.")
    timezone = ZoneField(required=False, help_text="IANA name. Default: the person's own time zone.")


class ResolveSerializer(InputSerializer):
    """The answer to "Is it live?": its link, or `live: false` to send it again."""

    live = serializers.BooleanField()
    url = serializers.CharField(required=False, allow_blank=True, max_length=500)
