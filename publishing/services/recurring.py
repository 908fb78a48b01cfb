"""Posts that come again: making a rule, changing and stopping it. Its posts are made by `occurrences`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from core.formatting import counted
from core.ids import uuid7
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import Post, RecurringMedia, RecurringOccurrence, RecurringPost, RecurringState, Rhythm
from publishing.schedule import approval, recurrence, recurring, walltime
from publishing.schedule.recurrence import Pattern
from publishing.schedule.walltime import Instant
from publishing.services import occurrences, posts
from publishing.states import PLANNED

MOST_TEXTS, MOST_POSTS, MOST_ACTIVE = 10, 366, 200


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule as it is now, and sentences that a person should read."""

    rule: RecurringPost
    notes: Sequence[str] = ()


def create(
    *, actor: Actor, post_id: UUID, pattern: Pattern, texts: Sequence[str], rule_id: UUID | None = None
) -> Changed:
    """Repeat a post: its files, accounts, options and campaign, with `texts` in turn. The post itself stays as it is.

    The first post of the rule is made at once, so that what platforms would refuse is refused here; the others follow
    within the minute. `rule_id` is the id to give it: a second call with the same one answers the same rule.
    """
    policy.require(actor, Action.PUBLISH)
    post = selectors.post(actor, post_id)
    pattern, texts = _checked(pattern, starting=True), _texts(texts)
    pk = rule_id or uuid7()
    try:
        with transaction.atomic():
            _refuse_too_many(actor)
            rule = RecurringPost.objects.create(
                pk=pk, workspace_id=actor.workspace_id, created_by_id=actor.user_id, source=post, texts=texts,
                check_at=clock.now() + occurrences.CHECK_EVERY, **_content(actor, post), **_columns(pattern),
            )  # fmt: skip
            _put_media(rule, post)
            audit.record(actor, "recurring_post.create", ("recurring_post", rule.pk), {"rule": pattern.words()})
            if not occurrences.make_next(rule):
                raise _no_days()
            occurrences.order(rule)
    except IntegrityError:
        # The same page was sent twice.
        if rule_id is None:
            raise
        return Changed(recurring.rule(actor, rule_id))
    return Changed(recurring.rule(actor, rule.pk), _notes(rule, pattern))


def update(
    *,
    actor: Actor,
    rule_id: UUID,
    version: int | None,
    pattern: Pattern | None = None,
    texts: Sequence[str] | None = None,
    post_id: UUID | None = None,
) -> Changed:
    """Change a rule and its posts that are still to come. `post_id` takes files, accounts and options from that post.

    What has begun to go out stays, and so does a post that a person has changed, moved or deleted: the notes say how
    many. `version` is the one that the person saw; a stale one is refused.
    """
    policy.require(actor, Action.PUBLISH)
    source = selectors.post(actor, post_id) if post_id else None
    with transaction.atomic():
        rule = occurrences.locked(actor.workspace_id, rule_id)
        if version is not None and version != rule.version:
            sentence = "Somebody else changed this meanwhile. Look at the present rule before you save yours."
            raise Conflict(PublishingError.STALE_VERSION, sentence, {"current": rule.version})
        if rule.state != RecurringState.ACTIVE:
            raise Conflict(PublishingError.WRONG_STATE, "This has ended. Repeat the post anew instead.")
        if pattern is not None:
            # The first day may lie in the past: the rule has been going on since.
            pattern = _checked(pattern, starting=pattern.starts_on != rule.starts_on)
            _assign(rule, _columns(pattern))
        if texts is not None:
            rule.texts = _texts(texts)
        if source is not None:
            _assign(rule, {**_content(actor, source), "source": source})
            RecurringMedia.objects.filter(rule=rule).delete()
            _put_media(rule, source)
        rule.version, rule.problem = rule.version + 1, ""
        rule.save(update_fields=[*_FIELDS, "texts", "shares", "campaign", "source", "version", "problem", "updated_at"])
        kept = _sync(actor, rule)
        audit.record(actor, "recurring_post.update", ("recurring_post", rule.pk), {"rule": Pattern.of(rule).words()})
        occurrences.make_next(rule)
        occurrences.order(rule)
    notes = _notes(rule, Pattern.of(rule))
    if kept:
        notes.append(f"{counted(kept, 'post')} that you changed, moved or deleted yourselves stayed as they were.")
    return Changed(recurring.rule(actor, rule_id), notes)


def stop(*, actor: Actor, rule_id: UUID, keep_planned: bool = False) -> Changed:
    """Make no more posts. What is planned is deleted, or with `keep_planned` still goes out. May be repeated."""
    policy.require(actor, Action.PUBLISH)
    notes = []
    with transaction.atomic():
        rule = occurrences.locked(actor.workspace_id, rule_id)
        if rule.state == RecurringState.ACTIVE:
            RecurringPost.objects.filter(pk=rule.pk).update(
                state=RecurringState.STOPPED, stopped_at=clock.now(), problem="", updated_at=clock.now()
            )
            removed = 0 if keep_planned else sum(_remove(actor, row) for row in _unsent(rule))
            if removed:
                notes.append(f"{counted(removed, 'planned post')} deleted.")
            audit.record(
                actor, "recurring_post.stop", ("recurring_post", rule.pk), {"removed": removed, "kept": keep_planned}
            )
    return Changed(recurring.rule(actor, rule_id), notes)


def _unsent(rule: RecurringPost) -> list[RecurringOccurrence]:
    """The times to come whose post is still as the rule made it."""
    rows = rule.occurrences.filter(at__gt=clock.now()).select_related("post").order_by("at")
    return [row for row in rows.prefetch_related("post__targets", "post__media") if _untouched(row)]


def _untouched(row: RecurringOccurrence) -> bool:
    post = row.post
    if post is None or post.deleted_at is not None or post.version != row.post_version:
        return False
    return all(share.state in PLANNED and share.due_at == row.at for share in post.targets.all())


def _sync(actor: Actor, rule: RecurringPost) -> int:
    """Bring the posts to come to what the rule says now; how many of them were left as people have made them."""
    unsent = _unsent(rule)
    wanted = {occurrences.day_of(rule, instant.at): instant for instant in Pattern.of(rule).instants(clock.now())}
    kept = rule.occurrences.filter(at__gt=clock.now()).count() - len(unsent)
    stays = set(rule.occurrences.exclude(pk__in=[row.pk for row in unsent]).values_list("at", flat=True))
    for row in unsent:
        instant = wanted.get(occurrences.day_of(rule, row.at))
        if instant is None or (rule.count is not None and len(stays) >= rule.count):
            _remove(actor, row)
            row.delete()
        else:
            number = sum(at < instant.at for at in stays) + 1
            stays.add(instant.at)
            _rewrite(actor, rule, row, number, instant)
    return kept


def _rewrite(actor: Actor, rule: RecurringPost, row: RecurringOccurrence, number: int, instant: Instant) -> None:
    content = occurrences.content_of(rule, number)
    if row.post is None:
        raise NotFound
    post, stale = row.post, not content.is_of(row.post)
    if stale:
        post = posts.update_post(actor=actor, post_id=post.pk, version=row.post_version, **content.as_changes())
    if stale or instant.at != row.at:
        occurrences.plan(actor, post, instant)
    row.at, row.number, row.post_version, row.note = instant.at, number, post.version, instant.note()
    row.save(update_fields=["at", "number", "post_version", "note", "updated_at"])


def _remove(actor: Actor, row: RecurringOccurrence) -> bool:
    """Delete the post of a time to come; whether there was one."""
    if row.post_id is None:
        return False
    posts.delete_post(actor=actor, post_id=row.post_id)
    return True


_FIELDS = ("rhythm", "every", "weekdays", "month_day", "at", "zone", "starts_on", "ends_on", "count")


def _columns(pattern: Pattern) -> dict[str, Any]:
    found = {name: getattr(pattern, name) for name in _FIELDS}
    return {**found, "weekdays": sorted(set(pattern.weekdays))}


def _assign(rule: RecurringPost, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(rule, name, value)


def _content(actor: Actor, post: Post) -> dict[str, Any]:
    """What a rule takes over from a post. A text of its own that equals the shared one would never take its turn."""
    shares = []
    for target in post.targets.all():
        selectors.account(actor, target.account_id)
        own = None if target.text == post.text else target.text
        shares.append(
            {"account_id": str(target.account_id), "text": own, "title": target.title, "options": target.options}
        )
    if not shares:
        sentence = "Choose at least one account for this post before you repeat it."
        raise ValidationFailed(PublishingError.NO_TARGETS, sentence, fields={"post_id": [sentence]})
    return {"shares": shares, "campaign": post.campaign}


def _put_media(rule: RecurringPost, post: Post) -> None:
    for place, item in enumerate(post.media.all()):
        RecurringMedia.objects.create(workspace_id=rule.workspace_id, rule=rule, file_id=item.file_id, position=place)


def _texts(given: Sequence[str]) -> list[str]:
    texts = [text.strip() for text in given if text.strip()] or [""]
    if len(texts) > MOST_TEXTS:
        sentence = f"Write {MOST_TEXTS} texts at most; these are {len(texts)}."
        raise ValidationFailed(PublishingError.RECURRENCE_INVALID, sentence, fields={"texts": [sentence]})
    return texts


def _refuse_too_many(actor: Actor) -> None:
    rows = RecurringPost.objects.for_workspace(actor.workspace_id).filter(state=RecurringState.ACTIVE)
    if rows.count() >= MOST_ACTIVE:
        sentence = f"{MOST_ACTIVE} posts are repeated already, which is as many as there can be. Stop one first."
        raise ValidationFailed(PublishingError.RECURRENCE_INVALID, sentence)


def default_end(starts_on: date) -> date:
    """The last day of a rule that names none: a year after its first."""
    return starts_on + recurrence.LONGEST - timedelta(days=1)


def _checked(pattern: Pattern, *, starting: bool) -> Pattern:
    """The pattern with its zone's present name; a refusal names the field."""
    zone = walltime.canonical(pattern.zone)
    today = walltime.to_wall(clock.now(), zone).date()
    wrong = {
        "every": pattern.rhythm == Rhythm.DAYS
        and not 1 <= pattern.every <= 365
        and "Say every how many days: 1 to 365.",
        "weekdays": pattern.rhythm == Rhythm.WEEKDAYS
        and not pattern.weekdays
        and "Choose at least one day of the week.",
        "month_day": pattern.rhythm == Rhythm.MONTHLY
        and not 1 <= pattern.month_day <= 31
        and "Choose a day of the month: 1 to 31.",
        "count": pattern.count is not None
        and not 1 <= pattern.count <= MOST_POSTS
        and f"Choose 1 to {MOST_POSTS} posts.",
        "starts_on": starting and pattern.starts_on < today and "The first day has passed. Choose a later one.",
        "ends_on": _wrong_end(pattern),
    }
    if starting and pattern.starts_on > today + recurrence.LONGEST:
        wrong["starts_on"] = "Choose a first day within the coming year."
    fields = {name: [sentence] for name, sentence in wrong.items() if sentence}
    if fields:
        raise ValidationFailed(PublishingError.RECURRENCE_INVALID, next(iter(fields.values()))[0], fields=fields)
    return replace(pattern, zone=zone)


def _wrong_end(pattern: Pattern) -> str:
    if pattern.ends_on < pattern.starts_on:
        return "The last day lies before the first."
    if pattern.ends_on > default_end(pattern.starts_on):
        return "Choose a last day within a year of the first."
    return ""


def _no_days() -> ValidationFailed:
    sentence = "No day of this rule is still to come. Choose a later last day, or other days."
    return ValidationFailed(PublishingError.RECURRENCE_INVALID, sentence, fields={"ends_on": [sentence]})


def _notes(rule: RecurringPost, pattern: Pattern) -> list[str]:
    """What a person should know of a rule that was saved."""
    notes = []
    first = [instant for instant in pattern.instants(clock.now())][:MOST_POSTS]
    changes = next((instant for instant in first if instant.note()), None)
    if changes is not None:
        notes.append(f"{changes.wall.day} {changes.wall:%B}: {changes.note()}")
    if len(rule.texts) == 1 and len(first) > 1:
        notes.append(
            "Every post says the same. Platforms may hold back what repeats itself; write more texts to take turns."
        )
    if approval.is_required(rule.workspace_id):
        notes.append("Each of its posts waits for approval, and goes out at its time once it is approved.")
    own = sum(share["text"] is not None for share in rule.shares)
    if own:
        notes.append(f"{counted(own, 'account')} with a text of its own gets the same text each time.")
    return notes
