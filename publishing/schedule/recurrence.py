"""From a rule to instants: on which days a recurring post goes out, and at which wall time of its zone."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from publishing.models.recurring import RecurringPost, Rhythm
from publishing.schedule import walltime
from publishing.schedule.walltime import Instant

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# A rule goes on for a year at most; then somebody should have looked at it.
LONGEST = timedelta(days=366)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pattern:
    """The days and the time of a rule; the fields are those of `RecurringPost`."""

    rhythm: str
    at: time
    zone: str
    starts_on: date
    ends_on: date
    every: int = 1
    weekdays: tuple[int, ...] = ()
    month_day: int = 1
    count: int | None = None

    @classmethod
    def of(cls, rule: RecurringPost) -> "Pattern":
        """The pattern of a saved rule."""
        return cls(
            rule.rhythm, rule.at, rule.zone, rule.starts_on, rule.ends_on, rule.every, tuple(rule.weekdays),
            rule.month_day, rule.count,
        )  # fmt: skip

    def days(self) -> Iterator[date]:
        """Its days from the first to the last, `count` not applied."""
        on = self.starts_on
        while on <= self.ends_on:
            if self._falls_on(on):
                yield on
            on += _DAY

    def _falls_on(self, on: date) -> bool:
        if self.rhythm == Rhythm.DAYS:
            return (on - self.starts_on).days % self.every == 0
        if self.rhythm == Rhythm.WEEKDAYS:
            return on.weekday() in self.weekdays
        return on.day == min(self.month_day, calendar.monthrange(on.year, on.month)[1])

    def instants(self, after: datetime) -> Iterator[Instant]:
        """Its instants later than `after`, soonest first, each once, `count` not applied."""
        seen = after
        for on in self.days():
            found = walltime.to_instant(datetime.combine(on, self.at), self.zone)
            if found.at > seen:
                seen = found.at
                yield found

    def words(self) -> str:
        """`Every Monday and Thursday at 18:00 (Europe/Paris)`."""
        return f"{self._rhythm_words()} at {self.at:%H:%M} ({self.zone})"

    def _rhythm_words(self) -> str:
        if self.rhythm == Rhythm.DAYS:
            return "Every day" if self.every == 1 else f"Every {self.every} days"
        if self.rhythm == Rhythm.WEEKDAYS:
            names = [DAYS[number] for number in sorted(self.weekdays)]
            return "Every day" if len(names) == len(DAYS) else f"Every {' and '.join(_joined(names))}"
        return f"On day {self.month_day} of each month"

    def end_words(self) -> str:
        """`until 4 March 2027, 10 posts at most`."""
        last = f"until {self.ends_on.day} {self.ends_on:%B %Y}"
        return last if self.count is None else f"{last}, {self.count} posts at most"


def _joined(names: list[str]) -> list[str]:
    """All but the last with commas, and the last."""
    return [", ".join(names[:-1]), names[-1]] if len(names) > 1 else names
