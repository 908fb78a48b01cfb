"""How an entry of the calendar is written: its time, its accounts, its state and its first words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import dateformat

import platforms
from core import formatting
from pages import chips
from publishing.calendar.selectors import Entry, Place
from publishing.schedule import lateness
from publishing.states import PLANNED, StateGroup

_WORDS = 60


@dataclass(frozen=True, slots=True)
class EntryChip:
    """One entry as drawn. `fixed` says why it cannot be moved; empty when it can."""

    entry: Entry
    wall: datetime
    time: str
    words: str
    fixed: str
    crowded: bool
    picture: str = ""

    @property
    def id(self) -> str:
        return f"entry-{self.entry.first.post_id}-{self.entry.at:%Y%m%d%H%M%S}"

    @property
    def url(self) -> str:
        return reverse("post_detail", args=[self.entry.first.post_id])

    @property
    def move_url(self) -> str:
        return reverse("post_move", args=[self.entry.first.post_id])

    @property
    def look(self) -> chips.Chip:
        return chips.chip(self.entry.shown_state)

    @property
    def seen(self) -> str:
        """The instant as the page carries it."""
        return self.entry.at.isoformat()

    @property
    def wall_text(self) -> str:
        """`2026-12-05T09:30`: what the clock of the shown zone says."""
        return f"{self.wall:%Y-%m-%dT%H:%M}"

    @property
    def platforms(self) -> list[str]:
        """Each platform once, in order."""
        return list(dict.fromkeys(target.platform for target in self.entry.targets))

    @property
    def where(self) -> str:
        """`Instagram, TikTok` for a screen reader and as a hint."""
        return ", ".join(platforms.label(key) for key in self.platforms)

    @property
    def stopped(self) -> str:
        """Why some of it will not go out as things are."""
        found = (target.error_sentence for target in self.entry.targets if target.state in PLANNED)
        return next(filter(None, found), "")

    @property
    def late(self) -> str:
        found = (lateness.of(target) for target in self.entry.targets)
        return next((late.sentence for late in found if late), "")

    @property
    def written_as(self) -> str:
        """`09:00 in Europe/Paris` when it was planned in another zone than the shown one."""
        first = self.entry.first
        other = first.zone and first.zone != str(self.wall.tzinfo)
        return f"{first.wall_time[11:]} in {first.zone}" if other else ""


def of_entries(entries: Sequence[Entry], zone: ZoneInfo, time_format: str) -> dict[Place, EntryChip]:
    """The entries as drawn, by their places. Crowded is one that shares its minute on an account with another post."""
    minutes = Counter((target.account_id, _minute(entry.at)) for entry in entries for target in entry.targets)
    found = {}
    for entry in entries:
        crowded = any(minutes[target.account_id, _minute(entry.at)] > 1 for target in entry.targets)
        wall = entry.at.astimezone(zone)
        words = formatting.excerpt(entry.first.effective_text(), _WORDS) or "Post without text"
        chip = EntryChip(entry, wall, clock_words(wall, time_format), words, _fixed(entry), crowded)
        found[Place(entry.at, entry.first.post_id)] = chip
    return found


def clock_words(wall: datetime | time, time_format: str) -> str:
    """`18:00` or `6:00 p.m.`, as the person reads clocks."""
    return f"{wall:%H:%M}" if time_format == "H:i" else dateformat.time_format(wall, time_format)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _fixed(entry: Entry) -> str:
    if entry.movable:
        return ""
    groups = {target.status_group for target in entry.targets}
    if groups <= {StateGroup.PUBLISHED, StateGroup.IN_INBOX}:
        return "This is published, so its time stays."
    if groups <= {StateGroup.FAILED, StateGroup.CANCELLED}:
        return "This has ended. Open the post to send it again."
    return "This is already going out, so its time cannot be changed any more."
