"""Shapes of the calendar in the API."""

from typing import Any
from zoneinfo import ZoneInfo

from rest_framework import serializers

import platforms
from core.fields import BoundField, DayField, WhenField, ZoneField
from core.serializers import InputSerializer, PageQuery
from publishing.calendar import feeds
from publishing.calendar import selectors as calendar
from publishing.calendar.selectors import Entry
from publishing.models import CalendarFeed, PostTarget


class CalendarQuery(PageQuery):
    """A stretch of time and filters; each filter may be given several times, separated by commas."""

    start = BoundField(required=False, help_text="From when on. Default: now.")
    end = BoundField(required=False, help_text="Until when. Default: 31 days later.")
    timezone = ZoneField(required=False, help_text="Of times without an offset, and of `wall_time` in the answer.")
    account_ids = serializers.CharField(required=False, default="", max_length=2_000)
    platforms = serializers.CharField(required=False, default="", max_length=200)
    statuses = serializers.CharField(required=False, default="", max_length=200)
    campaigns = serializers.CharField(required=False, default="", max_length=2_000)

    def validate_account_ids(self, text: str) -> list[Any]:
        field = serializers.UUIDField()
        return [field.to_internal_value(part) for part in _parts(text)]

    def validate_platforms(self, text: str) -> list[str]:
        return _known(list(map(platforms.canonical, _parts(text))), [key for key, _ in platforms.choices()])

    def validate_statuses(self, text: str) -> list[str]:
        return _known(_parts(text), [group.value for group in calendar.GROUPS])

    def validate_campaigns(self, text: str) -> list[str]:
        return _parts(text)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _known(given: list[str], known: list[str]) -> list[str]:
    odd = next((name for name in given if name not in known), None)
    if odd is not None:
        raise serializers.ValidationError(f"{odd[:40]!r} is none of {', '.join(known)}.")
    return given


class EntryTargetSerializer(serializers.ModelSerializer[PostTarget]):
    """One account's share of an entry."""

    account = serializers.CharField(source="account.handle")
    status = serializers.CharField(source="state")
    status_group = serializers.CharField()
    timezone = serializers.CharField(source="zone")

    class Meta:
        model = PostTarget
        fields = ("id", "account_id", "account", "platform", "status", "status_group", "wall_time", "timezone")


class EntrySerializer(serializers.Serializer[Entry]):
    """A post at one of its times, with the accounts that it goes to then."""

    post_id = serializers.UUIDField(source="first.post_id")
    scheduled_at = serializers.DateTimeField(source="at")
    wall_time = serializers.SerializerMethodField(help_text="In the asked time zone.")
    content = serializers.CharField(source="first.effective_text")
    campaign = serializers.CharField(source="first.post.campaign")
    status = serializers.CharField(source="shown_state", help_text="Of the account that needs attention first.")
    movable = serializers.BooleanField()
    targets = EntryTargetSerializer(many=True)

    def get_wall_time(self, entry: Entry) -> str:
        return f"{entry.at.astimezone(ZoneInfo(self.context['zone'])):%Y-%m-%dT%H:%M}"


class MoveSerializer(InputSerializer):
    """Where an entry of the calendar goes."""

    scheduled_at = WhenField(help_text="The time at which it goes out now, as last read.")
    date = DayField()
    time = serializers.TimeField(required=False, help_text="Default: the clock time stays.")
    timezone = ZoneField(required=False, help_text="Of the day and the time. Default: your own.")
    accept_conflicts = serializers.BooleanField(required=False, default=True)


class MovedSerializer(serializers.Serializer[Any]):
    """The new time, what a person should read, and the key that takes the move back."""

    scheduled_at = serializers.DateTimeField(source="at")
    notes = serializers.ListField(child=serializers.CharField())
    undo = serializers.CharField()


class UndoSerializer(InputSerializer):
    """The key of a move."""

    key = serializers.CharField(max_length=8_000)


class FeedSerializer(serializers.ModelSerializer[CalendarFeed]):
    """The address for other calendars: a secret of the workspace."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = CalendarFeed
        fields = ("url", "created_at", "read_at")

    def get_url(self, feed: CalendarFeed) -> str:
        return feeds.address(feed)
