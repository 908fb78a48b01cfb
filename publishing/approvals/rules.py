"""A workspace's rules of approval: whether it is asked for, who approves in which order, and by when."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

import jobs
from accounts import audit, policy
from accounts.models import Membership, Role
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict, ValidationFailed
from publishing.errors import PublishingError
from publishing.models import ApprovalMode, ApprovalPolicy

SETTLE_ALL = "approvals.settle_all"
MOST_LEVELS, MOST_PEOPLE = 5, 50
LONGEST_NAME = 60
LONGEST_HOURS = 30 * 24
DEFAULT_LEVELS: list[dict[str, Any]] = [{"name": "Approval", "roles": [Role.ADMIN.value], "user_ids": []}]
FIELDS = ("mode", "levels", "allow_own", "deadline_hours", "reminder_hours", "deputy_id")


def of(workspace_id: UUID) -> ApprovalPolicy:
    """The rules of a workspace; those of a workspace that never set any are off, and one admin would approve."""
    found = ApprovalPolicy.objects.for_workspace(workspace_id).first()
    return found or ApprovalPolicy(workspace_id=workspace_id, levels=DEFAULT_LEVELS, version=0)


def read(actor: Actor) -> ApprovalPolicy:
    """The rules of the actor's workspace."""
    policy.require(actor, Action.READ)
    return of(actor.workspace_id)


def change(*, actor: Actor, version: int, changes: Mapping[str, Any]) -> ApprovalPolicy:
    """Change what is given of `FIELDS`. `version` is the one that the person saw, 0 for rules never set.

    Requiring approval holds what is planned and not approved at once; no longer requiring it plans that again.
    """
    policy.require(actor, Action.MANAGE_WORKSPACE)
    present = of(actor.workspace_id)
    if version != present.version:
        raise _stale(present)
    wanted = {name: changes.get(name, getattr(present, name)) for name in FIELDS}
    _refuse_unreasonable(actor, wanted)
    try:
        with transaction.atomic():
            if present.version == 0:
                ApprovalPolicy.objects.create(workspace_id=actor.workspace_id, **wanted)
            else:
                rows = ApprovalPolicy.objects.for_workspace(actor.workspace_id).filter(version=version)
                if not rows.update(**wanted, version=version + 1, updated_at=clock.now()):
                    raise _stale(of(actor.workspace_id))
            told = {name: str(value) for name, value in wanted.items() if value != getattr(present, name)}
            audit.record(actor, "approval_policy.change", ("workspace", actor.workspace_id), told)
            if wanted["mode"] != present.mode:
                jobs.enqueue(kind=SETTLE_ALL, actor=actor, subject=("workspace", actor.workspace_id))
    except IntegrityError:
        raise _stale(of(actor.workspace_id)) from None
    return of(actor.workspace_id)


def as_json(rules: ApprovalPolicy) -> dict[str, Any]:
    """What the rules say."""
    deputy = str(rules.deputy_id) if rules.deputy_id else None
    return {**{name: getattr(rules, name) for name in FIELDS}, "deputy_id": deputy, "version": rules.version}


def _stale(present: ApprovalPolicy) -> Conflict:
    sentence = "Somebody else changed these rules in the meantime. Look at them before you save yours."
    return Conflict(PublishingError.STALE_VERSION, sentence, as_json(present))


def _refuse_unreasonable(actor: Actor, wanted: dict[str, Any]) -> None:
    fields: dict[str, list[str]] = {}
    rows = Membership.objects.for_workspace(actor.workspace_id).filter(user__is_active=True)
    members = {str(key) for key in rows.values_list("user_id", flat=True)}
    if wanted["mode"] not in ApprovalMode.values:
        fields["mode"] = [f"Choose one of {', '.join(ApprovalMode.values)}."]
    if not 1 <= len(wanted["levels"]) <= MOST_LEVELS:
        fields["levels"] = [f"There are 1 to {MOST_LEVELS} levels; these are {len(wanted['levels'])}."]
    wanted["levels"] = [_level(place, each, members, fields) for place, each in enumerate(wanted["levels"])]
    hours, reminder = wanted["deadline_hours"], wanted["reminder_hours"]
    if hours is not None and not 1 <= hours <= LONGEST_HOURS:
        fields["deadline_hours"] = [f"A deadline is 1 to {LONGEST_HOURS} hours, or none."]
    elif reminder < 0 or (hours is not None and reminder >= hours):
        fields["reminder_hours"] = ["The reminder comes before the deadline: give fewer hours than it has."]
    if wanted["deputy_id"] is not None and str(wanted["deputy_id"]) not in members:
        fields["deputy_id"] = ["This is nobody of this workspace."]
    if fields:
        sentence = next(iter(fields.values()))[0]
        raise ValidationFailed(PublishingError.APPROVAL_INVALID, sentence, fields=fields)


def _level(place: int, level: Mapping[str, Any], members: set[str], fields: dict[str, list[str]]) -> dict[str, Any]:
    name = " ".join(str(level.get("name") or f"Level {place + 1}").split())[:LONGEST_NAME]
    roles = [role.value for role in Role if role.value in level.get("roles", ())]
    people: Sequence[str] = list(dict.fromkeys(str(key) for key in level.get("user_ids", ())))
    where = f"levels.{place}"
    if not roles and not people:
        fields[where] = [f"Say who approves at “{name}”: a role, or people."]
    elif set(level.get("roles", ())) - set(Role.values):
        fields[f"{where}.roles"] = [f"Roles are {', '.join(Role.values)}."]
    elif len(people) > MOST_PEOPLE or not set(people) <= members:
        fields[f"{where}.user_ids"] = ["One of these is nobody of this workspace."]
    return {"name": name, "roles": roles, "user_ids": people}
