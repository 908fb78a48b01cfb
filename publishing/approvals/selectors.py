"""Reads of approvals, scoped by the actor."""

from enum import StrEnum
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from accounts import policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import NotFound
from publishing.approvals import people
from publishing.models import ApprovalComment, ApprovalDecision, ApprovalRequest, ApprovalState, ReviewLink


class View(StrEnum):
    """Which requests a person looks at."""

    WAITING = "waiting"
    SENT = "sent"
    ALL = "all"


# No workspace has more requests open at once than a person could look at; beyond that the newest wait their turn.
_MOST_OPEN = 500
_LIGHT = ("snapshot", "digests")


def requests(
    actor: Actor, *, view: str = View.ALL, state: str = "", post_id: UUID | None = None
) -> QuerySet[ApprovalRequest]:
    """Requests of the workspace, newest first: all, those that wait for the actor, or those the actor has sent."""
    policy.require(actor, Action.READ)
    rows = ApprovalRequest.objects.for_workspace(actor.workspace_id).filter(post__deleted_at__isnull=True)
    if view == View.WAITING:
        rows = rows.filter(pk__in=waiting_for(actor))
    elif view == View.SENT:
        rows = rows.filter(requested_by_id=actor.user_id)
    if state in ApprovalState.values:
        rows = rows.filter(state=state)
    if post_id is not None:
        rows = rows.filter(post_id=post_id)
    return rows.select_related("post", "requested_by").order_by("-created_at", "-id")


def waiting_for(actor: Actor) -> list[UUID]:
    """The open requests that the actor may decide about, the oldest first."""
    rows = ApprovalRequest.objects.for_workspace(actor.workspace_id).filter(
        state=ApprovalState.OPEN, post__deleted_at__isnull=True
    )
    found = rows.defer(*_LIGHT).order_by("created_at", "id")[:_MOST_OPEN]
    return [row.pk for row in found if not people.refusal(row, actor.user_id, actor.role)]


def request(actor: Actor, request_id: UUID) -> ApprovalRequest:
    """One request with its history; `NotFound` for a stranger's."""
    found = with_history(requests(actor)).filter(pk=request_id).first()
    if found is None:
        raise NotFound
    return found


def with_history(rows: QuerySet[ApprovalRequest]) -> QuerySet[ApprovalRequest]:
    """Requests with their decisions, remarks and reviewers."""
    comments = ApprovalComment.objects.select_related("account").order_by("created_at", "id")
    return rows.prefetch_related(
        Prefetch("decisions", ApprovalDecision.objects.order_by("id")),
        Prefetch("comments", comments),
        Prefetch("reviewers", ReviewLink.objects.order_by("created_at", "id")),
    )


def newest_of(actor: Actor, post_id: UUID) -> ApprovalRequest | None:
    """The newest request for a post, with its history."""
    return with_history(requests(actor, post_id=post_id)).first()


def may_decide(actor: Actor, found: ApprovalRequest) -> bool:
    """Whether the actor may approve a request now, or ask for changes."""
    return found.state == ApprovalState.OPEN and not people.refusal(found, actor.user_id, actor.role)
