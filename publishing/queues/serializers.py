"""Shapes of queues in the API."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.fields import BoundField, DayField, ZoneField
from core.serializers import InputSerializer, PageQuery, VersionField
from publishing.models import BlackoutDay, QueuePlace
from publishing.services.queues import DAYS, MOST_A_DAY


def _times() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.RegexField(r"^([01]\d|2[0-3]):[0-5]\d$", max_length=5), max_length=MOST_A_DAY, default=list
    )


class WeekSerializer(InputSerializer):
    """Times of the week (`18:00`) on the wall clock of the queue's zone; a day left out has none."""

    monday = _times()
    tuesday = _times()
    wednesday = _times()
    thursday = _times()
    friday = _times()
    saturday = _times()
    sunday = _times()


def week_from(times: dict[str, Any]) -> list[list[str]]:
    """Seven lists, Monday first."""
    return [list(times[name]) for name in DAYS]


class QueueInputSerializer(InputSerializer):
    """An account's weekly times."""

    hints: ClassVar = {"week": "times", "slots": "times", "zone": "timezone"}
    times = WeekSerializer()
    timezone = ZoneField(required=False, help_text="Default: the queue's own; of a new queue, the person's.")
    version = VersionField(required=False)
    move = serializers.BooleanField(
        default=False, help_text="true: what waits moves to the first free new times, in its order."
    )
    seen = serializers.CharField(required=False, max_length=64, help_text="Of the preview: refuse if more has changed.")


class PreviewInputSerializer(InputSerializer):
    """Weekly times to try; without them the present ones."""

    times = WeekSerializer(required=False)
    timezone = ZoneField(required=False)


class SeenSerializer(InputSerializer):
    """The state of a preview."""

    seen = serializers.CharField(required=False, max_length=64, help_text="Of the preview: refuse if more has changed.")


class OrderSerializer(InputSerializer):
    """Everything that waits, in the order wanted."""

    target_ids = serializers.ListField(child=serializers.UUIDField(), max_length=5_000)


class ShuffleSerializer(InputSerializer):
    """The same seed mixes the same posts alike."""

    seed = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


class ResumeSerializer(InputSerializer):
    """How a paused queue goes on."""

    in_order = serializers.BooleanField(
        default=False,
        help_text="true: everything moves to the first free times. Default: only what became due meanwhile.",
    )


class AddSerializer(InputSerializer):
    """Which accounts of the post to queue it for."""

    account_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=50, help_text="Default: all of them."
    )
    accept_conflicts = serializers.BooleanField(default=True)


class RemoveQuery(InputSerializer):
    """Which account's share to take out of its queue."""

    account_id = serializers.UUIDField(required=False, help_text="Default: all accounts of the post.")


class SlotsQuery(InputSerializer):
    """A stretch of time."""

    start = BoundField(required=False, help_text="After when. Default: now.")
    end = BoundField(required=False, help_text="Until when. Default: 28 days later.")
    timezone = ZoneField(required=False, help_text="Of times without an offset. Default: the person's.")


class BlackoutQuery(PageQuery):
    """Days without posts."""

    account_id = serializers.UUIDField(required=False, help_text="Those that concern this account.")


class BlackoutInputSerializer(InputSerializer):
    """A day without posts."""

    day = DayField()
    account_id = serializers.UUIDField(required=False, allow_null=True, help_text="Default: the whole workspace.")
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=80)


class SlotSerializer(serializers.Serializer[Any]):
    """One time of a queue."""

    scheduled_at = serializers.DateTimeField(source="at")
    wall_time = serializers.DateTimeField(source="wall", format="%Y-%m-%dT%H:%M")
    timezone = serializers.CharField(source="zone")
    note = serializers.CharField(help_text="What a change of clocks did to it; mostly empty.")


class QueueSerializer(serializers.Serializer[Any]):
    """An account's queue."""

    account_id = serializers.UUIDField(source="account.pk")
    account = serializers.CharField(source="account.handle")
    platform = serializers.CharField(source="account.platform")
    timezone = serializers.SerializerMethodField(help_text="null: no times were chosen yet.")
    times = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField()
    paused_at = serializers.DateTimeField(allow_null=True)
    waiting = serializers.IntegerField(help_text="How many posts wait in it.")
    next_free = SlotSerializer(source="next", allow_null=True)

    def get_timezone(self, row: Any) -> str | None:
        return row.queue.zone if row.queue else None

    def get_times(self, row: Any) -> dict[str, list[str]]:
        return dict(zip(DAYS, row.queue.week, strict=True)) if row.queue else {name: [] for name in DAYS}

    def get_version(self, row: Any) -> int | None:
        return row.queue.version if row.queue else None


class SetWeekAnswerSerializer(QueueSerializer):
    """The queue, and how many posts got another time."""

    moved = serializers.SerializerMethodField()

    def get_moved(self, row: Any) -> int:
        return int(self.context["moved"])


class ShiftSerializer(serializers.Serializer[Any]):
    """What would become of one waiting post."""

    target_id = serializers.UUIDField(source="target.pk")
    post_id = serializers.UUIDField(source="target.post_id")
    before = serializers.DateTimeField()
    after = SlotSerializer(source="slot")
    moves = serializers.BooleanField()


class RearrangementSerializer(serializers.Serializer[Any]):
    """Every waiting post with its new time."""

    items = ShiftSerializer(source="shifts", many=True)
    moving = serializers.IntegerField()
    seen = serializers.CharField()


class SlotUseSerializer(serializers.Serializer[Any]):
    """A time of a queue and what holds it."""

    slot = SlotSerializer()
    free = serializers.SerializerMethodField()
    post_id = serializers.UUIDField(source="target.post_id", allow_null=True, default=None)
    target_id = serializers.UUIDField(source="target.pk", allow_null=True, default=None)

    def get_free(self, row: Any) -> bool:
        return row.target is None


class SlotUsesSerializer(serializers.Serializer[Any]):
    """The times of a stretch, soonest first."""

    items = SlotUseSerializer(many=True)


class QueuePlaceSerializer(serializers.ModelSerializer[QueuePlace]):
    """A post that waits in a queue."""

    post_id = serializers.UUIDField(source="target.post_id")
    content = serializers.CharField(source="target.effective_text")
    scheduled_at = serializers.DateTimeField(source="at")
    wall_time = serializers.CharField(source="target.wall_time")
    timezone = serializers.CharField(source="target.zone")
    held = serializers.BooleanField(source="target.held", help_text="The queue is paused.")

    class Meta:
        model = QueuePlace
        fields = ("target_id", "post_id", "content", "scheduled_at", "wall_time", "timezone", "held")


class MovedCountSerializer(serializers.Serializer[Any]):
    """How many posts got another time."""

    moved = serializers.IntegerField()


class WaitingCountSerializer(serializers.Serializer[Any]):
    """How many posts wait."""

    waiting = serializers.IntegerField()


class BlackoutSerializer(serializers.ModelSerializer[BlackoutDay]):
    """A day without posts; without `account_id` of the whole workspace."""

    class Meta:
        model = BlackoutDay
        fields = ("id", "day", "account_id", "note")


class BlackoutMadeSerializer(BlackoutSerializer):
    """The day, and how many posts wait on it already."""

    waiting = serializers.SerializerMethodField()

    class Meta(BlackoutSerializer.Meta):
        fields = (*BlackoutSerializer.Meta.fields, "waiting")  # type: ignore[assignment]

    def get_waiting(self, row: BlackoutDay) -> int:
        return int(self.context["waiting"])
