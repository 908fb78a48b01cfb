"""Who hears of a request: those whose turn it is, and whoever asked. Each function writes in its job's transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse

import jobs
from accounts.models import Membership
from core import formatting
from core.actor import Actor
from notifications.models import NoticeKind
from notifications.services import Message, notify
from publishing.approvals import people
from publishing.models import ApprovalRequest, ApprovalState, ApprovalVerdict

TELL = "approvals.tell"
REQUESTED, LEVEL, APPROVED, CHANGES, REMINDED, ESCALATED = (
    "requested", "level", "approved", "changes_requested", "reminded", "escalated",
)  # fmt: skip


def order(request_id: UUID, workspace_id: UUID, event: str) -> None:
    """Tell people of an event by a job, in the caller's transaction."""
    actor = Actor.system(workspace_id)
    jobs.enqueue(kind=TELL, actor=actor, subject=("approval", request_id), payload={"event": event})


def tell(request_id: UUID, payload: Mapping[str, Any]) -> None:
    """Tell people of one event, unless it is no longer so."""
    rows = ApprovalRequest.objects.filter(pk=request_id, post__deleted_at__isnull=True)
    request = rows.select_related("post", "requested_by").first()
    event = payload.get("event", "")
    if request is None:
        return
    if event in (APPROVED, CHANGES):
        if request.state == event:
            _tell_author(request)
    elif request.state == ApprovalState.OPEN:
        _tell_approvers(request, event)


def _tell_approvers(request: ApprovalRequest, event: str) -> None:
    who = request.requested_by.get_full_name() if request.requested_by else "Somebody"
    lines = [f"{who} sent it for approval.", request.note]
    if request.deadline_at is not None:
        lines.append(f"It should be decided by {request.deadline_at:%-d %B %Y, %H:%M} UTC.")
    title = f"{'Still waiting' if event == REMINDED else 'Waits'} for your approval: {_name(request)}"
    found = people.approvers(request)
    if event == ESCALATED:
        lines.insert(0, "Nobody has decided in time, so you may approve it as their deputy.")
        found = [member for member in found if member.user_id == request.deputy_id] or found
    if not found:
        _tell_nobody_may(request)
    for member in found:
        _send(request, member, event, title, "\n".join(filter(None, lines)))


def _tell_nobody_may(request: ApprovalRequest) -> None:
    """Nobody can approve it as the rules stand: those who can change the rules hear of it."""
    text = "The only people who may approve it wrote it, or have left. Change who approves in the settings."
    title = f"Nobody may approve {_name(request)}"
    once = f"approval:{request.pk}:{request.level}:nobody"
    message = Message(NoticeKind.APPROVAL_ASKED, once, title, text, _link(request))
    notify(workspace_id=request.workspace_id, message=message, admins=True)


def _tell_author(request: ApprovalRequest) -> None:
    verdict = request.decisions.order_by("-id").first()
    if verdict is None or request.requested_by_id is None:
        return
    if request.state == ApprovalState.APPROVED:
        title, text = f"Approved: {_name(request)}", f"{verdict.name} approved it.\n{verdict.text}".rstrip()
        waits = request.post.targets.filter(state="needs_approval").exclude(error_code="").exists()
        text += "\nIts time has passed, so choose a new one." if waits else ""
    else:
        title = f"Changes asked for: {_name(request)}"
        text = f"{verdict.name}: {verdict.text}"
    once = f"approval:{request.pk}:{ApprovalVerdict(verdict.verdict)}:{verdict.pk}"
    message = Message(NoticeKind.APPROVAL_DECIDED, once, title, text, _link(request))
    notify(workspace_id=request.workspace_id, message=message, to=request.requested_by_id)


def _send(request: ApprovalRequest, member: Membership, event: str, title: str, text: str) -> None:
    once = f"approval:{request.pk}:{request.level}:{event}"
    message = Message(NoticeKind.APPROVAL_ASKED, once, title, text, _link(request))
    notify(workspace_id=request.workspace_id, message=message, to=member.user_id)


def _name(request: ApprovalRequest) -> str:
    text = request.post.text
    return f"“{formatting.excerpt(text)}”" if text.strip() else "a post without text"


def _link(request: ApprovalRequest) -> str:
    return reverse("post_detail", args=[request.post_id])
