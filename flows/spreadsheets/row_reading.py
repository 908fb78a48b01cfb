"""What one row says: accounts, time, words, files, choices. Its mistakes are gathered, so that all are seen at once."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from core import timezones
from core.actor import Actor
from core.errors import ValidationFailed
from core.serializers import CONTROL_CHARACTER, has_control_character
from flows.spreadsheets import cells
from flows.spreadsheets.cells import CellRefused
from flows.spreadsheets.columns import OPTION, Column, Role
from flows.spreadsheets.looking_up import Accounts, Files
from flows.spreadsheets.plan import Mistake
from flows.spreadsheets.reading import Row, Table
from media.models import MediaFile
from platforms import PLATFORMS, canonical
from publishing.models import SocialAccount
from publishing.posts.request_body import with_hashtags
from publishing.services import schedule
from publishing.services.schedule import When

LONGEST_TEXT, LONGEST_TITLE, LONGEST_CAMPAIGN, MOST_FILES = 20_000, 200, 80, 35


@dataclass(slots=True)
class Share:
    """What one row says."""

    row: Row
    group: str = ""
    has_time: bool = False
    accounts: list[SocialAccount] = field(default_factory=list)
    when: When | None = None
    text: str = ""
    title: str = ""
    campaign: str = ""
    files: list[MediaFile] = field(default_factory=list)
    options: dict[str, dict[str, Any]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


class RowReader:
    """Reads rows, with what all of them need looked up once."""

    def __init__(
        self,
        actor: Actor,
        table: Table,
        found: Sequence[Column],
        zone: str,
    ) -> None:
        self.zone = zone
        self.by_role: dict[str, list[Column]] = defaultdict(list)
        for column in found:
            if column.role:
                self.by_role[column.role].append(column)
        self.accounts = Accounts(actor)
        pictures = [held[0].place for role, held in self.by_role.items() if _is_picture(role)]
        places = [*(column.place for column in self.by_role[Role.MEDIA]), *pictures]
        self.files = Files(actor, [row.cells[place] for row in table.rows for place in places])

    def share(self, row: Row) -> Share:
        """One row, with all its mistakes."""
        share = Share(row)
        if row.extra:
            cell = "cell has" if row.extra == 1 else "cells have"
            self._wrong(share, "", "row_too_long", f"{row.extra} {cell} no heading: a separator too many?")
        for place in range(len(row.cells)):
            if has_control_character(row.cells[place]):
                heading = next((c.heading for held in self.by_role.values() for c in held if c.place == place), "")
                self._wrong(share, heading, "control_character", CONTROL_CHARACTER)
        share.group = self._cell(row, Role.POST)
        self._take(share, Role.ACCOUNTS, self._accounts)
        self._take(share, Role.DATE, self._time)
        self._take(share, Role.TEXT, self._text)
        self._take(share, Role.MEDIA, self._files)
        for role in self.by_role:
            if role.startswith(OPTION):
                self._take(share, role, self._option)
        return share

    def _cell(self, row: Row, role: str) -> str:
        held = self.by_role.get(role)
        return row.cells[held[0].place] if held else ""

    def heading(self, role: str) -> str:
        held = self.by_role.get(role)
        return held[0].heading if held else ""

    def _wrong(self, share: Share, heading: str, code: str, message: str) -> None:
        share.mistakes.append(Mistake(share.row.number, heading, code, message))

    def _take(self, share: Share, role: str, read: Callable[[Share, str], None]) -> None:
        try:
            read(share, role)
        except CellRefused as refused:
            self._wrong(share, self.heading(role), refused.code, refused.message)

    def _accounts(self, share: Share, role: str) -> None:
        named, platforms = cells.parts(self._cell(share.row, role)), []
        for name in cells.parts(self._cell(share.row, Role.PLATFORMS)):
            try:
                account = self.accounts.of_platform(name)
            except CellRefused as refused:
                # With an account beside it a platform only narrows the choice.
                if refused.code == "platform_unknown" or not named:
                    self._wrong(share, self.heading(Role.PLATFORMS), refused.code, refused.message)
                platforms.append(canonical(name))
            else:
                platforms.append(account.platform)
                if not named:
                    share.accounts.append(account)
        for name in named:
            try:
                share.accounts.append(self.accounts.named(name, platforms))
            except CellRefused as refused:
                self._wrong(share, self.heading(role), refused.code, refused.message)
        share.accounts = list({row.pk: row for row in share.accounts}.values())

    def _time(self, share: Share, role: str) -> None:
        on, clock = self._cell(share.row, role), self._cell(share.row, Role.TIME)
        zone = self._zone(share)
        share.has_time = bool(on or clock)
        if not share.has_time:
            return
        at = self._clock(share, clock)
        if not on:
            raise CellRefused("date_missing_for_time", "There is a time and no date.")
        moment = cells.moment(on)
        if moment.at is not None and at is not None:
            raise CellRefused("time_twice", "The date has a time of its own. Empty one of the two cells.")
        at = at or moment.at
        if at is None:
            if not clock:
                raise CellRefused("time_missing_for_date", "There is a date and no time. Without both it is a draft.")
            return
        wall = cells.wall(moment, at)
        when = When(at=wall.astimezone(UTC), zone=zone) if wall.tzinfo else When(wall=wall, zone=zone)
        share.when = when
        try:
            schedule.refuse_outside(when.resolve(zone))
        except ValidationFailed as error:
            raise CellRefused(error.code, error.message) from None

    def _clock(self, share: Share, text: str) -> Any:
        try:
            return cells.clock(text) if text else None
        except CellRefused as refused:
            self._wrong(share, self.heading(Role.TIME), refused.code, refused.message)
            return None

    def _zone(self, share: Share) -> str:
        name = self._cell(share.row, Role.ZONE)
        found = timezones.canonical(name) if name else self.zone
        if not found:
            sentence = f"“{name[:64]}” is not a time zone like Europe/Paris."
            self._wrong(share, self.heading(Role.ZONE), "zone_unknown", sentence)
        return found or self.zone

    def _text(self, share: Share, role: str) -> None:
        text = self._cell(share.row, role)
        link = self._cell(share.row, Role.LINK)
        if link and link not in text:
            text = f"{text}\n\n{link}" if text else link
        tags = [part for column in self.by_role[Role.HASHTAGS] for part in share.row.cells[column.place].split()]
        share.text = with_hashtags(text, [tag for part in tags for tag in cells.parts(part)])
        share.title, share.campaign = self._cell(share.row, Role.TITLE), self._cell(share.row, Role.CAMPAIGN)
        for words, most, at, noun in (
            (share.text, LONGEST_TEXT, role, "text"),
            (share.title, LONGEST_TITLE, Role.TITLE, "title"),
            (share.campaign, LONGEST_CAMPAIGN, Role.CAMPAIGN, "campaign’s name"),
        ):
            if len(words) > most:
                sentence = f"A {noun} has {most:,} characters at most; this has {len(words):,}."
                self._wrong(share, self.heading(at), "too_long", sentence)

    def _files(self, share: Share, role: str) -> None:
        for column in self.by_role[role]:
            try:
                share.files += self.files.named(share.row.cells[column.place])
            except CellRefused as refused:
                self._wrong(share, column.heading, refused.code, refused.message)
        if len(share.files) > MOST_FILES:
            raise CellRefused("too_many_files", f"A post has {MOST_FILES} files at most; this has {len(share.files)}.")

    def _option(self, share: Share, role: str) -> None:
        text = self._cell(share.row, role)
        platform, _, name = role.removeprefix(OPTION).partition(".")
        if not text:
            return
        item = next(item for item in PLATFORMS[platform].fields if item.name == name)
        value = str(self.files.named(text)[0].pk) if item.kind == "picture" else cells.option(item, text)
        share.options.setdefault(platform, {})[name] = value


def _is_picture(role: str) -> bool:
    platform, _, name = role.removeprefix(OPTION).partition(".")
    return role.startswith(OPTION) and any(
        item.name == name and item.kind == "picture" for item in PLATFORMS[platform].fields
    )
