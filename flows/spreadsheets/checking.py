"""What the rows of a file would become, and everything that is wrong with them. Writes nothing."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from accounts import policy
from accounts.policy import Action
from accounts.selectors import timezone_of
from core import timezones
from core.actor import Actor
from core.errors import ValidationFailed
from flows.errors import FlowError
from flows.spreadsheets import columns
from flows.spreadsheets.columns import OPTION, Column, Role
from flows.spreadsheets.plan import SOURCE, Mistake, Plan, PlannedPost
from flows.spreadsheets.reading import Table
from flows.spreadsheets.row_reading import RowReader, Share
from platforms import PLATFORMS
from publishing import selectors as publishing
from publishing.models import SocialAccount
from publishing.platforms.registry import adapter_for
from publishing.posts.request_body import require_options, title_from
from publishing.schedule.conflicts import SAME_CONTENT_WITHIN
from publishing.services import preflight
from publishing.services.posts import Content, TargetInput
from publishing.services.schedule import When

_MINUTE = timedelta(minutes=1)
Options = Mapping[str, Mapping[str, Any]]


def check(
    *, actor: Actor, table: Table, chosen: Sequence[Column] = (), zone: str = "", options: Options | None = None
) -> Plan:
    """What a file would become, with everything that is wrong with it.

    `chosen` says what the columns hold (default: as recognised), `zone` where times without one are (default: the
    person's own), `options` each platform's choices for rows that do not make them.
    """
    policy.require(actor, Action.WRITE)
    found = list(chosen) or columns.recognise(table.headings)
    sentences = columns.twice(found)
    if sentences:
        raise ValidationFailed(FlowError.ROWS_WRONG, sentences[0], fields={"columns": sentences})
    own_zone = timezones.canonical(zone) or timezone_of(actor)
    reader = RowReader(actor, table, found, own_zone)
    groups = _groups([reader.share(row) for row in table.rows])
    joiner = _Joiner(actor, reader, options or {})
    posts = [joiner.join(group) for group in groups]
    _find_twins(posts)
    _find_made(actor, posts, [group[0].group for group in groups])
    _note_conflicts(actor, posts)
    return Plan(table, found, own_zone, posts)


def _groups(shares: Sequence[Share]) -> list[list[Share]]:
    """Rows of one post together, in the place of the first."""
    found: dict[str, list[Share]] = {}
    for share in shares:
        found.setdefault(share.group or f"row {share.row.number}", []).append(share)
    return list(found.values())


class _Joiner:
    """Makes posts of rows."""

    def __init__(self, actor: Actor, reader: RowReader, options: Options) -> None:
        self.actor, self.reader, self.options = actor, reader, options

    def join(self, group: Sequence[Share]) -> PlannedPost:
        """The post of some rows, with all that is wrong with it."""
        first = group[0]
        mistakes = [mistake for share in group for mistake in share.mistakes]
        targets: list[TargetInput] = []
        accounts: list[SocialAccount] = []
        times: dict[UUID, When] = {}
        for share in group:
            mistakes += self._apart(share, first)
            for account in share.accounts:
                if account.pk in {row.pk for row in accounts}:
                    sentence = f"{account.handle} gets this post already, by a row above."
                    mistakes.append(self._wrong(share, Role.ACCOUNTS, "account_twice", sentence))
                    continue
                accounts.append(account)
                targets.append(self._target(share, first, account, mistakes))
                if share.when is not None:
                    times[account.pk] = share.when
        content = Content(first.text, [file.pk for file in first.files], targets, first.campaign)
        post = PlannedPost([share.row.number for share in group], content, times, accounts, first.files, mistakes)
        self._say_times(post)
        if content.is_empty:
            mistakes.append(self._wrong(first, Role.TEXT, "empty", "There is neither a text nor a file."))
        if not accounts and any(share.has_time for share in group) and not mistakes:
            sentence = "It has a time and no account. Write which account it goes to."
            mistakes.append(self._wrong(first, Role.ACCOUNTS, "no_targets", sentence))
        post.source_id = uuid5(self.actor.workspace_id, _said(content, times))
        self._ask_platforms(post, group)
        return post

    def _wrong(self, share: Share, role: str, code: str, message: str) -> Mistake:
        return Mistake(share.row.number, self.reader.heading(role), code, message)

    def _apart(self, share: Share, first: Share) -> list[Mistake]:
        """What rows of one post must not say differently."""
        above = f"row {first.row.number}, which is of the same post"
        found = []
        if [file.pk for file in share.files] != [file.pk for file in first.files]:
            sentence = f"The files are not those of {above}."
            found.append(self._wrong(share, Role.MEDIA, "rows_differ", sentence))
        if share.campaign != first.campaign:
            sentence = f"The campaign is not that of {above}."
            found.append(self._wrong(share, Role.CAMPAIGN, "rows_differ", sentence))
        if share.has_time != first.has_time:
            sentence = f"Of {above}, one has a time and the other has none."
            found.append(self._wrong(share, Role.DATE, "rows_differ", sentence[:1].upper() + sentence[1:]))
        return found

    def _target(self, share: Share, first: Share, account: SocialAccount, mistakes: list[Mistake]) -> TargetInput:
        platform = account.platform
        own = share.options.get(platform, {})
        try:
            require_options(adapter_for(platform, account.via), own, platform)
        except ValidationFailed as error:
            mistakes.append(self._wrong(share, "", error.code, error.message))
        title = share.title
        if not title and PLATFORMS[platform].text.needs_title:
            title = title_from(share.text)
        text = None if share.text == first.text else share.text
        return TargetInput(account.pk, text, title, {**self.options.get(platform, {}), **own})

    def _say_times(self, post: PlannedPost) -> None:
        for when in post.times.values():
            instant = when.resolve(when.zone)
            if note := instant.note():
                post.notes.append(note)
            shown = f"{instant.wall:%Y-%m-%d %H:%M} {instant.zone}"
            if shown not in post.shown:
                post.shown.append(shown)
        post.notes[:] = dict.fromkeys(post.notes)

    def _ask_platforms(self, post: PlannedPost, group: Sequence[Share]) -> None:
        """What the platforms would say: mistakes of what is to be scheduled, and a note on a draft."""
        by_id = {account.pk: account for account in post.accounts}
        rows = {account.pk: share for share in reversed(group) for account in share.accounts}
        no_files = any(item.column in self._headings(Role.MEDIA) for item in post.mistakes)
        shares = [
            preflight.Share(by_id[item.account_id], item.text, item.title, item.options)
            for item in post.content.targets
        ]
        found = preflight.inspect_unsaved(self.actor, post.content.text, post.files, shares)
        for report in found:
            for problem in report.problems:
                if no_files and problem.field == "media":
                    continue
                share = rows[report.account.pk]
                sentence = f"{report.account.handle}: {problem.sentence}"
                if share.has_time:
                    where = self._where(problem.field, report.account.platform)
                    post.mistakes.append(self._wrong(share, where, problem.code, sentence))
                elif not post.notes:
                    post.notes.append(f"Before it can go out: {sentence}")

    def _headings(self, role: str) -> set[str]:
        return {column.heading for column in self.reader.by_role.get(role, ())}

    def _where(self, field: str, platform: str) -> str:
        known = {"text": Role.TEXT, "title": Role.TITLE, "media": Role.MEDIA, "account": Role.ACCOUNTS}
        return known.get(field, f"{OPTION}{platform}.{field}")


def _said(content: Content, times: Mapping[UUID, When]) -> str:
    """All that a post says, as one text: equal for rows that make the same post."""
    targets = sorted(
        [
            str(item.account_id), item.text, item.title, item.options,
            _instant(times[item.account_id]).isoformat() if item.account_id in times else "",
        ]
        for item in content.targets
    )  # fmt: skip
    said = [content.text, content.campaign, [str(key) for key in content.media_ids], targets]
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def _instant(when: When) -> datetime:
    return when.resolve(when.zone).at


def _find_twins(posts: Sequence[PlannedPost]) -> None:
    """Rows that would make the same post twice."""
    first: dict[UUID | None, PlannedPost] = {}
    for post in posts:
        other = first.setdefault(post.source_id, post)
        if other is not post and not post.content.is_empty:
            sentence = f"This is the same as row {other.rows[0]}."
            post.mistakes.append(Mistake(post.rows[0], "", "same_row", sentence))


def _find_made(actor: Actor, posts: Sequence[PlannedPost], groups: Sequence[str]) -> None:
    """What an earlier import made of these rows, and rows of an export whose post is here: nothing is made twice."""
    by_source = {post.source_id: post for post in posts if post.source_id}
    for source_id, post_id, deleted in publishing.made_from(actor, SOURCE, by_source):
        if deleted:
            by_source[source_id].times_deleted += 1
        else:
            by_source[source_id].made = post_id
    by_key = {key: post for post, text in zip(posts, groups, strict=True) if (key := _id(text))}
    for post_id in publishing.present(actor, by_key):
        by_key[post_id].made = post_id
    for post in posts:
        if post.made is not None and all(mistake.code != "same_row" for mistake in post.mistakes):
            post.mistakes.clear()


def _note_conflicts(actor: Actor, posts: Sequence[PlannedPost]) -> None:
    """What would meet something else, in the file or planned already: told, and no mistake."""
    ready = [post for post in posts if post.state == "scheduled"]
    if not ready:
        return
    spans = [_instant(when) for post in ready for when in post.times.values()]
    planned = publishing.planned_times(actor, min(spans) - _MINUTE, max(spans) + _MINUTE)
    taken: dict[tuple[UUID, datetime], int] = {}
    said: dict[tuple[Any, ...], list[datetime]] = defaultdict(list)
    for post in ready:
        handles = {account.pk: account.handle for account in post.accounts}
        for target in post.content.targets:
            at = _instant(post.times[target.account_id])
            minute, handle = at.replace(second=0, microsecond=0), handles[target.account_id]
            other = taken.setdefault((target.account_id, minute), post.rows[0])
            if other != post.rows[0]:
                post.notes.append(f"Row {other} goes to {handle} in the same minute.")
            elif (target.account_id, minute) in planned:
                post.notes.append(f"Another post to {handle} is planned for the same minute.")
            words = " ".join((target.text if target.text is not None else post.content.text).split())
            key = (target.account_id, words, target.title, tuple(post.content.media_ids))
            if any(abs(at - earlier) < SAME_CONTENT_WITHIN for earlier in said[key]):
                days = SAME_CONTENT_WITHIN.days
                post.notes.append(f"The same goes to {handle} within {days} days, by a row above.")
            said[key].append(at)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
