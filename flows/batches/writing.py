"""Checking the rows of a batch as a person left them, and making their posts: each for itself, once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import audit, policy
from accounts.policy import Action
from core import idempotency
from core.actor import Actor
from core.errors import DomainError, ValidationFailed
from flows.batches.planning import Batch, Item, accounts_of
from flows.spreadsheets.plan import Mistake
from flows.spreadsheets.writing import Written, refusal
from media import selectors as media
from media.models import MediaFile
from platforms import PLATFORMS
from publishing import selectors as publishing
from publishing.models import SocialAccount
from publishing.platforms.registry import adapter_for
from publishing.posts.request_body import require_options, title_from
from publishing.services import bulk, preflight, schedule, sending
from publishing.services.posts import Content, TargetInput
from publishing.services.sending import At, Draft, Timing

_USE = "flows.batch"
_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class CheckedRow:
    """A row with its number (from 1), what its post would be, and what is said of it."""

    number: int
    item: Item
    file: MediaFile | None
    content: Content
    at: datetime | None = None
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check(*, actor: Actor, items: Sequence[Item], batch: Batch) -> list[CheckedRow]:
    """Every row with everything that stands in its way: its time, its file, and what each platform says."""
    policy.require(actor, Action.WRITE)
    accounts = accounts_of(actor, batch)
    for account in accounts:
        require_options(
            adapter_for(account.platform, account.via),
            batch.options.get(account.platform, {}),
            f"platform_options.{account.platform}",
        )
    files = {file.pk: file for file in media.files_by_id(actor, [item.media_id for item in items])}
    rows = [_row(number, item, files.get(item.media_id), accounts, batch) for number, item in enumerate(items, 1)]
    for row in rows:
        _ask_platforms(actor, row, accounts)
    _note_conflicts(actor, rows, accounts)
    return rows


def write(*, actor: Actor, rows: Sequence[CheckedRow], key: str = "", only_right: bool = False) -> Written:
    """Make the posts of checked rows. With a mistake in any of them nothing is made, unless `only_right` asks for the
    others. Called again with the same `key` within a day, a row answers the post that it made, also when its next free
    time or its fitted text would be another one by now.
    """
    policy.require(actor, Action.PUBLISH)
    mistakes = [mistake for row in rows for mistake in row.mistakes]
    if mistakes and not only_right:
        raise refusal(mistakes)
    made: list[tuple[int, UUID]] = []
    left = list(mistakes)
    for row in rows:
        if row.mistakes:
            continue
        try:
            made.append((row.number, _make(actor, row, key)))
        except DomainError as error:
            if error.status == 403:
                raise
            left.append(Mistake(row.number, "", error.code, error.message))
    if made:
        audit.record(actor, "post.batch", ("workspace", actor.workspace_id), {"posts": len(made)})
    return Written(made, (), left, bulk.key_of_made([post_id for _, post_id in made]))


def _make(actor: Actor, row: CheckedRow, key: str) -> UUID:
    name = hashlib.sha256(f"{key}\n{row.item.media_id}".encode()).hexdigest() if key else ""
    known = idempotency.recall(actor, _USE, name) if name else None
    if known is not None:
        return UUID(known)
    timing: Timing = At(row.item.when) if row.item.when else Draft()
    try:
        with transaction.atomic():
            post = sending.send(actor=actor, content=row.content, timing=timing).post
            if name:
                idempotency.remember(actor, _USE, name, str(post.pk))
            return post.pk
    except IntegrityError:
        # The same call was made at the same moment, and that one was faster.
        known = idempotency.recall(actor, _USE, name) if name else None
        if known is None:
            raise
        return UUID(known)


def _row(
    number: int, item: Item, file: MediaFile | None, accounts: Sequence[SocialAccount], batch: Batch
) -> CheckedRow:
    targets = []
    for account in accounts:
        own = item.own.get(account.platform)
        title = item.title
        if not title and PLATFORMS[account.platform].text.needs_title:
            title = title_from(own if own is not None else item.text)
        options = dict(batch.options.get(account.platform, {}))
        targets.append(TargetInput(account.pk, own, title, options))
    row = CheckedRow(number, item, file, Content(item.text, [item.media_id], targets, batch.campaign))
    row.notes.extend(item.notes)
    if file is None:
        row.mistakes.append(Mistake(number, "file", "file_unknown", "This file is not here any more."))
    if item.when is not None:
        try:
            instant = item.when.resolve(item.when.zone)
            row.at = instant.at
            row.notes.extend(filter(None, [instant.note()]))
            schedule.refuse_outside(instant)
        except ValidationFailed as error:
            row.mistakes.append(Mistake(number, "time", error.code, error.message))
    return row


def _ask_platforms(actor: Actor, row: CheckedRow, accounts: Sequence[SocialAccount]) -> None:
    if row.file is None:
        return
    shares = [
        preflight.Share(account, target.text, target.title, target.options)
        for account, target in zip(accounts, row.content.targets, strict=True)
    ]
    for report in preflight.inspect_unsaved(actor, row.content.text, [row.file], shares):
        for problem in report.problems:
            sentence = f"{report.label}, {report.account.handle}: {problem.sentence}"
            if row.item.when is None:
                row.notes.append(sentence)
            else:
                row.mistakes.append(Mistake(row.number, problem.field, problem.code, sentence))
        row.notes.extend(report.notes)
    row.notes[:] = dict.fromkeys(row.notes)


def _note_conflicts(actor: Actor, rows: Sequence[CheckedRow], accounts: Sequence[SocialAccount]) -> None:
    """Posts that go out in the same minute: told, and no mistake."""
    minutes = [row.at.replace(second=0, microsecond=0) for row in rows if row.at is not None]
    if not minutes:
        return
    planned = publishing.planned_times(actor, min(minutes), max(minutes) + _MINUTE)
    for row in rows:
        if row.at is None:
            continue
        minute = row.at.replace(second=0, microsecond=0)
        if minutes.count(minute) > 1:
            row.notes.append("Another row goes out in the same minute.")
        for account in accounts:
            if (account.pk, minute) in planned:
                row.notes.append(f"Another post to {account.handle} is planned for the same minute.")
