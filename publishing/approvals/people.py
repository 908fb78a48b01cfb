"""Who may approve a request now, and who speaks in it: members of the workspace, and reviewers outside it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts import policy
from accounts.models import Membership
from accounts.policy import Action
from core.actor import Actor
from core.errors import PermissionDenied
from publishing.errors import PublishingError
from publishing.models import ApprovalPolicy, ApprovalRequest, ReviewLink


@dataclass(frozen=True, slots=True)
class Voice:
    """Whoever says something about a request: a member (`actor`), or a reviewer by their link."""

    actor: Actor
    name: str
    reviewer: ReviewLink | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The columns that say who it was."""
        return {"user_id": self.actor.user_id, "reviewer": self.reviewer, "name": self.name[:254]}


def voice_of(actor: Actor) -> Voice:
    """The voice of a member."""
    rows = Membership.objects.for_workspace(actor.workspace_id).select_related("user")
    found = rows.filter(user_id=actor.user_id).first() if actor.user_id else None
    return Voice(actor, found.user.get_full_name() if found else "The product")


def voice_of_reviewer(link: ReviewLink) -> Voice:
    """The voice of a reviewer outside the team: to the audit they are nobody of the workspace."""
    return Voice(Actor.system(link.workspace_id), link.name, link)


def members(workspace_id: UUID) -> list[Membership]:
    """The people of a workspace who can act."""
    rows = Membership.objects.for_workspace(workspace_id).filter(user__is_active=True)
    return list(rows.select_related("user").order_by("created_at", "id"))


def approvers(request: ApprovalRequest, among: list[Membership] | None = None) -> list[Membership]:
    """Who may approve at the level whose turn it is."""
    found = members(request.workspace_id) if among is None else among
    return [member for member in found if not refusal(request, member.user_id, member.role)]


def refusal(request: ApprovalRequest, user_id: UUID | None, role: str) -> str:
    """Why a member may not decide about a request at its present level; empty when they may."""
    level = request.levels[min(request.level, len(request.levels) - 1)]
    named = str(user_id) in level["user_ids"] or role in level["roles"]
    stands_in = request.escalated_at is not None and request.deputy_id is not None and request.deputy_id == user_id
    if user_id is None or not (named or stands_in):
        return f"You are none of those who approve at “{level['name']}”."
    if str(user_id) in request.authors and not request.allow_own:
        return "You wrote this post, so somebody else approves it."
    return ""


def require_any_part(actor: Actor, rules: ApprovalPolicy) -> None:
    """Refuse whoever neither writes posts nor is named as an approver: they only look."""
    key = str(actor.user_id)
    named = any(key in level["user_ids"] or actor.role in level["roles"] for level in rules.levels)
    if not (named or rules.deputy_id == actor.user_id):
        policy.require(actor, Action.WRITE)


def require(request: ApprovalRequest, voice: Voice) -> None:
    """Refuse whoever may not decide about a request at its present level."""
    link = voice.reviewer
    if link is not None:
        sentence = "" if link.may_decide else "This link lets you comment. Ask whoever sent it to you to approve."
    else:
        sentence = refusal(request, voice.actor.user_id, voice.actor.role)
    if sentence:
        raise PermissionDenied(PublishingError.NOT_APPROVER, sentence)
