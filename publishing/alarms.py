"""What is wrong with publishing: posts that are due and have not started. Judged from rows alone."""

from datetime import timedelta

from django.db.models import Q, QuerySet

from core import clock
from jobs.alarms import Condition
from publishing.models import PostTarget

LATE = timedelta(minutes=2)


def not_started() -> QuerySet[PostTarget]:
    """Due for two minutes and still scheduled, or in the queue for as long without a first step. System scope."""
    before = clock.now() - LATE
    waiting = Q(state="scheduled", due_at__lt=before) | Q(state="queued", started_at=None, queued_at__lt=before)
    return PostTarget.objects.filter(waiting)


def conditions() -> list[Condition]:
    """One condition for all of them: their number, and the oldest. System scope."""
    late = not_started()
    oldest = late.order_by("due_at", "id").values_list("due_at", flat=True).first()
    if oldest is None:
        return []
    count = late.count()
    platforms = sorted(set(late.order_by().values_list("platform", flat=True).distinct()))
    sentence = (
        f"{count} post{'s are' if count != 1 else ' is'} due and {'have' if count != 1 else 'has'} not started; the "
        f"oldest was due on {oldest:%d %B %Y at %H:%M:%S} UTC. Look at the workers of the queue “publish” and at beat."
    )
    return [Condition("publishing.late", sentence, {"count": count, "platforms": platforms})]
