"""Shapes of recurring posts in the API."""

from datetime import date
from typing import Any, ClassVar

from rest_framework import serializers

from core.fields import DayField, ZoneField
from core.serializers import InputSerializer, PageQuery
from publishing.models import RecurringOccurrence, RecurringPost, RecurringState, Rhythm
from publishing.schedule.recurrence import DAYS, Pattern
from publishing.services import recurring

_NAMES = [name.lower() for name in DAYS]


class RecurringQuery(PageQuery):
    """Which rules."""

    status = serializers.ChoiceField(choices=RecurringState.choices, required=False, default="")


class _RuleFields(InputSerializer):
    """What a rule says. `ends_on` left out means a year after the first day."""

    hints: ClassVar = {
        "captions": "texts",
        "interval": "every",
        "days": "weekdays",
        "frequency": "rhythm",
        "tz": "timezone",
    }
    rhythm = serializers.ChoiceField(choices=Rhythm.choices)
    every = serializers.IntegerField(required=False, default=1, min_value=1, max_value=365, help_text="Of `days`.")
    weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=[(name, name) for name in _NAMES]), required=False, default=list,
        max_length=7, help_text="Of `weekdays`.",
    )  # fmt: skip
    month_day = serializers.IntegerField(
        required=False, default=1, min_value=1, max_value=31,
        help_text="Of `monthly`. A month without this day takes its last one.",
    )  # fmt: skip
    time = serializers.TimeField(help_text="On the wall clock of `timezone`, for example 18:00.")
    timezone = ZoneField(required=False, help_text="Default: your own.")
    starts_on = DayField(required=False, help_text="Default: today.")
    ends_on = DayField(required=False, help_text="The last day, within a year of the first.")
    count = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=recurring.MOST_POSTS,
        help_text="End after so many posts.",
    )  # fmt: skip


class RecurringCreateSerializer(_RuleFields):
    """A post to repeat, and the rule."""

    post_id = serializers.UUIDField(help_text="Its files, accounts and options are repeated. It stays as it is.")
    texts = serializers.ListField(
        child=serializers.CharField(max_length=20_000, allow_blank=True), required=False,
        max_length=recurring.MOST_TEXTS, help_text="Taken in turn. Default: the post's text.",
    )  # fmt: skip


class RecurringChangeSerializer(InputSerializer):
    """What changes of a rule; what is left out stays."""

    hints: ClassVar = _RuleFields.hints
    version = serializers.IntegerField(min_value=1, help_text="The version that you read.")
    post_id = serializers.UUIDField(required=False, help_text="Take files, accounts and options from this post.")
    texts = serializers.ListField(
        child=serializers.CharField(max_length=20_000, allow_blank=True), required=False,
        max_length=recurring.MOST_TEXTS,
    )  # fmt: skip
    rhythm = serializers.ChoiceField(choices=Rhythm.choices, required=False)
    every = serializers.IntegerField(required=False, min_value=1, max_value=365)
    weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=[(name, name) for name in _NAMES]), required=False, max_length=7
    )
    month_day = serializers.IntegerField(required=False, min_value=1, max_value=31)
    time = serializers.TimeField(required=False)
    timezone = ZoneField(required=False)
    starts_on = DayField(required=False)
    ends_on = DayField(required=False)
    count = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=recurring.MOST_POSTS)


class RecurringStopSerializer(InputSerializer):
    """What becomes of the posts that are planned already."""

    keep_planned = serializers.BooleanField(
        required=False, default=False, help_text="false: they are deleted. true: they still go out."
    )


_COLUMNS = {"time": "at", "timezone": "zone"}


def pattern_of(body: dict[str, Any], zone: str, today: date, present: Pattern | None = None) -> Pattern | None:
    """The pattern that a body asks for, over the present one; None when it says nothing of it."""
    given = {name: body[name] for name in _PATTERN & body.keys()}
    if present is None:
        starts_on = given.get("starts_on") or today
        given = {"timezone": zone, "ends_on": recurring.default_end(starts_on), **given, "starts_on": starts_on}
    elif not given:
        return None
    if "weekdays" in given:
        given["weekdays"] = tuple(_NAMES.index(name) for name in given["weekdays"])
    if "time" in given:
        given["time"] = given["time"].replace(second=0, microsecond=0)
    changes = {_COLUMNS.get(name, name): value for name, value in given.items()}
    return Pattern(**{**_fields(present), **changes})


_PATTERN = {"rhythm", "every", "weekdays", "month_day", "time", "timezone", "starts_on", "ends_on", "count"}


def _fields(present: Pattern | None) -> dict[str, Any]:
    return {name: getattr(present, name) for name in Pattern.__slots__} if present else {}


class RecurringPostSerializer(serializers.ModelSerializer[RecurringPost]):
    """A rule as it stands."""

    status = serializers.CharField(source="state")
    summary = serializers.SerializerMethodField(help_text="The rule in words.")
    weekdays = serializers.SerializerMethodField()
    time = serializers.TimeField(source="at", format="%H:%M")
    timezone = serializers.CharField(source="zone")
    account_ids = serializers.SerializerMethodField()
    next_at = serializers.DateTimeField(allow_null=True, help_text="null when no post is planned.")
    made = serializers.IntegerField(help_text="Posts made so far, planned ones among them.")
    source_post_id = serializers.UUIDField(source="source_id", allow_null=True)

    class Meta:
        model = RecurringPost
        fields = (
            "id", "status", "summary", "rhythm", "every", "weekdays", "month_day", "time", "timezone", "starts_on",
            "ends_on", "count", "texts", "campaign", "account_ids", "source_post_id", "next_at", "made", "problem",
            "version", "created_at", "stopped_at",
        )  # fmt: skip

    def get_summary(self, rule: RecurringPost) -> str:
        pattern = Pattern.of(rule)
        return f"{pattern.words()}, {pattern.end_words()}"

    def get_weekdays(self, rule: RecurringPost) -> list[str]:
        return [_NAMES[number] for number in rule.weekdays]

    def get_account_ids(self, rule: RecurringPost) -> list[str]:
        return [share["account_id"] for share in rule.shares]


class RecurringChangedSerializer(serializers.Serializer[Any]):
    """A rule after a change, and what a person should read."""

    rule = RecurringPostSerializer()
    notes = serializers.ListField(child=serializers.CharField())


class OccurrenceSerializer(serializers.ModelSerializer[RecurringOccurrence]):
    """One time of a rule."""

    scheduled_at = serializers.DateTimeField(source="at")
    post_id = serializers.SerializerMethodField(help_text="null when the post was deleted.")
    post_status = serializers.SerializerMethodField()

    class Meta:
        model = RecurringOccurrence
        fields = ("number", "scheduled_at", "post_id", "post_status", "note")

    def get_post_id(self, row: RecurringOccurrence) -> str | None:
        return str(row.post_id) if row.post is not None and row.post.deleted_at is None else None

    def get_post_status(self, row: RecurringOccurrence) -> str:
        return row.post.state if row.post is not None and row.post.deleted_at is None else "deleted"
