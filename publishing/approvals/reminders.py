"""A silent approver: they are reminded before the deadline, and at the deadline their deputy may approve too."""

from django.db import transaction

from accounts import audit
from core import clock
from core.actor import Actor
from publishing.approvals import news, requests
from publishing.models import ApprovalRequest, ApprovalState

_BATCH = 200


def remind() -> int:
    """Remind those whose turn it is, once for each request; in the system scope. How many requests."""
    rows = ApprovalRequest.objects.filter(state=ApprovalState.OPEN, remind_at__lte=clock.now())
    count = 0
    for request in rows.order_by("remind_at", "id").only("workspace_id", "remind_at")[:_BATCH]:
        with transaction.atomic():
            still = ApprovalRequest.objects.filter(pk=request.pk, state=ApprovalState.OPEN, remind_at=request.remind_at)
            if still.update(remind_at=None):
                requests.tell(request, news.REMINDED)
                count += 1
    return count


def escalate() -> int:
    """Let deputies approve what was not decided in time; in the system scope. How many requests."""
    late = ApprovalRequest.objects.filter(
        state=ApprovalState.OPEN, escalated_at=None, deadline_at__lte=clock.now(), deputy__isnull=False
    )
    count = 0
    for request in late.order_by("deadline_at", "id").only("workspace_id")[:_BATCH]:
        with transaction.atomic():
            still = ApprovalRequest.objects.filter(pk=request.pk, state=ApprovalState.OPEN, escalated_at=None)
            if still.update(escalated_at=clock.now()):
                actor = Actor.system(request.workspace_id)
                audit.record(actor, "approval.escalate", ("approval", request.pk))
                requests.tell(request, news.ESCALATED)
                count += 1
    return count
