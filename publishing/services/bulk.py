"""One change to many chosen posts: each in a transaction of its own, so that what is refused stops nothing else."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import policy
from accounts.policy import Action
from core import idempotency
from core.actor import Actor
from core.errors import Conflict, DomainError, ValidationFailed
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import Post, PostTarget
from publishing.services import moving, posts, schedule, sending, undo_keys
from publishing.services.posts import Content
from publishing.services.schedule import When
from publishing.services.undo_keys import FormerPost, FormerShare
from publishing.states import EDITABLE, PLANNED, TargetState

MOST = 500
FARTHEST_DAYS = 365
_USE = "publishing.bulk"


@dataclass(frozen=True, slots=True)
class MoveByDays:
    """Move what is planned by days, at the same time of day."""

    days: int
    accept_conflicts: bool = True


@dataclass(frozen=True, slots=True)
class Unschedule:
    """Make what is planned a draft again."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Make another draft of each that says the same."""


@dataclass(frozen=True, slots=True)
class SetCampaign:
    """Give each this campaign; empty means none."""

    campaign: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Put each away, and cancel what is planned of it."""


Change = MoveByDays | Unschedule | Duplicate | SetCampaign | Delete


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one post. `code` and `message` say why nothing did; `repeated`: it was done by an earlier call."""

    post_id: UUID
    code: str = ""
    message: str = ""
    notes: Sequence[str] = ()
    copy_id: UUID | None = None
    repeated: bool = False

    @property
    def done(self) -> bool:
        return not self.code


@dataclass(frozen=True, slots=True)
class Results:
    """What became of each post, in the order in which they were named, and the key that takes the change back."""

    items: Sequence[Result]
    undo: str = ""

    @property
    def done(self) -> int:
        return sum(item.done for item in self.items)

    @property
    def refused(self) -> int:
        return len(self.items) - self.done


@dataclass(frozen=True, slots=True)
class _Done:
    former: FormerPost
    notes: Sequence[str] = ()


def apply(*, actor: Actor, post_ids: Sequence[UUID], change: Change, key: str = "") -> Results:
    """Make one change to at most 500 posts. A foreign id is refused like any other (`not_found`), and stops nothing.

    Called again with the same `key` and change within a day, each post that was changed stays as it is and says so,
    and those that were not reached are changed now.
    """
    policy.require(actor, _ALLOWED_BY[type(change)])
    wanted = list(dict.fromkeys(post_ids))
    _refuse_unreasonable(wanted, change)
    found: dict[UUID, tuple[Result, _Done | None]] = {}
    for post_id in _in_order(actor, wanted, change):
        found[post_id] = _one(actor, post_id, change, key)
    formers = [done.former for post_id in wanted if (done := found[post_id][1]) is not None]
    undo_key = undo_keys.make(_NAMES[type(change)], formers) if formers else ""
    return Results([found[post_id][0] for post_id in wanted], undo_key)


def undo(*, actor: Actor, key: str) -> Results:
    """Take a change of many posts back, by its key, within ten minutes. What was changed since is left as it is."""
    policy.require(actor, Action.WRITE)
    change, formers = undo_keys.read(key, _BACK)
    items = []
    for former in formers:
        try:
            with transaction.atomic():
                notes = _BACK[change](actor, former)
        except DomainError as error:
            items.append(Result(former.post_id, error.code, error.message))
        else:
            items.append(Result(former.post_id, notes=notes))
    return Results(items)


def key_of_made(post_ids: Sequence[UUID]) -> str:
    """The key that deletes posts again that were just made together; empty for none."""
    formers = [FormerPost(post_id, copy_id=post_id) for post_id in post_ids]
    return undo_keys.make(_NAMES[Duplicate], formers) if formers else ""


def _refuse_unreasonable(wanted: Sequence[UUID], change: Change) -> None:
    sentence, field = "", "post_ids"
    if not 1 <= len(wanted) <= MOST:
        sentence = f"Choose 1 to {MOST} posts; these are {len(wanted)}."
    elif isinstance(change, MoveByDays) and not 0 < abs(change.days) <= FARTHEST_DAYS:
        field, sentence = "days", f"Say by how many days: 1 to {FARTHEST_DAYS}, or -1 to -{FARTHEST_DAYS}."
    if sentence:
        raise ValidationFailed(PublishingError.BULK_INVALID, sentence, fields={field: [sentence]})


def _in_order(actor: Actor, wanted: Sequence[UUID], change: Change) -> Sequence[UUID]:
    """Posts that move together do not meet each other: the one in front goes first."""
    if not isinstance(change, MoveByDays):
        return wanted
    first = selectors.first_due(actor, wanted)
    return sorted(wanted, key=lambda pk: first.get(pk, 0.0), reverse=change.days > 0)


def _one(actor: Actor, post_id: UUID, change: Change, key: str) -> tuple[Result, _Done | None]:
    name = hashlib.sha256(f"{key}\n{change!r}\n{post_id}".encode()).hexdigest() if key else ""
    known = _repeated(actor, post_id, name)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            done = _DO[type(change)](actor, post_id, change)
            if name:
                kept = {"former": undo_keys.as_json(done.former), "notes": list(done.notes)}
                idempotency.remember(actor, _USE, name, kept)
    except (IntegrityError, Conflict) as error:
        # The same call may have been made at the same moment, and that one was faster.
        known = _repeated(actor, post_id, name)
        if known is not None:
            return known
        if not isinstance(error, DomainError):
            raise
        return Result(post_id, error.code, error.message), None
    except DomainError as error:
        return Result(post_id, error.code, error.message), None
    return Result(post_id, notes=done.notes, copy_id=done.former.copy_id), done


def _repeated(actor: Actor, post_id: UUID, name: str) -> tuple[Result, _Done] | None:
    kept = idempotency.recall(actor, _USE, name) if name else None
    if kept is None:
        return None
    done = _Done(undo_keys.from_json(kept["former"]), kept["notes"])
    return Result(post_id, notes=done.notes, copy_id=done.former.copy_id, repeated=True), done


def _move(actor: Actor, post_id: UUID, change: MoveByDays) -> _Done:
    moved = moving.move_by_days(
        actor=actor, post_id=post_id, days=change.days, accept_conflicts=change.accept_conflicts
    )
    return _Done(moved.former, moved.notes)


def _unschedule(actor: Actor, post_id: UUID, change: Unschedule) -> _Done:
    former = FormerPost(post_id, _planned(selectors.post(actor, post_id)))
    if not former.shares:
        raise Conflict(PublishingError.WRONG_STATE, "Nothing of this post is scheduled.")
    schedule.unschedule(actor=actor, post_id=post_id)
    return _Done(former)


def _duplicate(actor: Actor, post_id: UUID, change: Duplicate) -> _Done:
    content = Content.of(selectors.post(actor, post_id))
    copy = sending.send(actor=actor, content=content, timing=sending.Draft()).post
    return _Done(FormerPost(post_id, copy_id=copy.pk))


def _set_campaign(actor: Actor, post_id: UUID, change: SetCampaign) -> _Done:
    post = selectors.post(actor, post_id)
    posts.update_post(actor=actor, post_id=post_id, version=post.version, campaign=change.campaign)
    return _Done(FormerPost(post_id, campaign=(post.campaign, change.campaign)))


def _delete(actor: Actor, post_id: UUID, change: Delete) -> _Done:
    post = selectors.post(actor, post_id)
    shares = [_share(row) for row in post.targets.all() if row.state in EDITABLE]
    stays = posts.delete_post(actor=actor, post_id=post_id)
    notes = ["What was published of it stays live on its platform."] if stays else []
    return _Done(FormerPost(post_id, shares), notes)


def _planned(post: Post) -> list[FormerShare]:
    return [_share(row) for row in post.targets.all() if row.state in PLANNED]


def _share(row: PostTarget) -> FormerShare:
    """What a share was before it lost its time."""
    return FormerShare(row.pk, row.due_at, row.zone, None)


def _put_back(actor: Actor, former: FormerPost) -> list[str]:
    moving.put_back(actor=actor, former=former)
    return []


def _remove_copy(actor: Actor, former: FormerPost) -> list[str]:
    if former.copy_id is not None:
        posts.delete_post(actor=actor, post_id=former.copy_id)
    return []


def _former_campaign(actor: Actor, former: FormerPost) -> list[str]:
    post = selectors.post(actor, former.post_id)
    before, after = former.campaign or ("", "")
    if post.campaign != after:
        raise Conflict(PublishingError.STALE_VERSION, "This was changed since, so it is left as it is now.")
    posts.update_post(actor=actor, post_id=post.pk, version=post.version, campaign=before)
    return []


def _restore(actor: Actor, former: FormerPost) -> list[str]:
    """A deleted post with what it was planned for. What cannot be planned again stays a draft, and says why."""
    times = {share.target_id: share for share in former.shares}
    accounts = selectors.accounts_of_targets(actor, times)
    post = posts.restore_post(actor=actor, post_id=former.post_id, cancelled=times)
    whens = {
        accounts[key]: When(at=share.before, zone=share.zone)
        for key, share in times.items()
        if share.before is not None and key in accounts
    }
    notes = []
    for row in post.targets.all():
        if row.state == TargetState.DRAFT and row.account_id in whens:
            try:
                schedule.reschedule_target(actor=actor, post_id=post.pk, target_id=row.pk, when=whens[row.account_id])
            except ValidationFailed as error:
                notes.append(error.message)
    return list(dict.fromkeys(notes))


_ALLOWED_BY: Mapping[type[Change], Action] = {
    MoveByDays: Action.PUBLISH,
    Unschedule: Action.PUBLISH,
    Duplicate: Action.WRITE,
    SetCampaign: Action.WRITE,
    Delete: Action.WRITE,
}
_NAMES: Mapping[type[Change], str] = {
    MoveByDays: moving.MOVE,
    Unschedule: "unschedule",
    Duplicate: "duplicate",
    SetCampaign: "campaign",
    Delete: "delete",
}
_DO: Mapping[type[Change], Callable[[Actor, UUID, Any], _Done]] = {
    MoveByDays: _move,
    Unschedule: _unschedule,
    Duplicate: _duplicate,
    SetCampaign: _set_campaign,
    Delete: _delete,
}
_BACK: Mapping[str, Callable[[Actor, FormerPost], list[str]]] = {
    moving.MOVE: _put_back,
    "unschedule": _put_back,
    "duplicate": _remove_copy,
    "campaign": _former_campaign,
    "delete": _restore,
}
