"""What is wrong with publishing: posts that are due and have not started, a clock that is off. Judged from rows."""

from datetime import timedelta

from django.db.models import Q, QuerySet

from core import clock
from jobs.alarms import Condition
from platforms import label
from publishing.models import PlatformClock, PostTarget

LATE = timedelta(minutes=2)
# An upload address may live for an hour, and a list is searched two minutes back: a minute is not wrong yet.
CLOCK_OFF_S = 60.0
CLOCK_KNOWN = timedelta(days=1)


def not_started() -> QuerySet[PostTarget]:
    """Due for two minutes and still scheduled, or in the queue for as long without a first step. System scope."""
    before = clock.now() - LATE
    waiting = Q(state="scheduled", due_at__lt=before, held=False)
    waiting |= Q(state="queued", started_at=None, queued_at__lt=before)
    return PostTarget.objects.filter(waiting)


def conditions() -> list[Condition]:
    """What is wrong right now. System scope."""
    return [*_late(), *_clock_off()]


def _clock_off() -> list[Condition]:
    """Our clock and a platform's differ; the latest measurement of each counts for a day."""
    known = PlatformClock.objects.filter(measured_at__gte=clock.now() - CLOCK_KNOWN).order_by("platform")
    off = {row.platform: row.distance_s for row in known if abs(row.distance_s) > CLOCK_OFF_S}
    if not off:
        return []
    told = ", ".join(
        f"{abs(seconds):.0f} s {'behind' if seconds > 0 else 'ahead of'} {label(platform)}'s"
        for platform, seconds in off.items()
    )
    sentence = (
        f"This server's clock is {told}. Posts may start at the wrong time and uploads may run out early. Let the "
        "server set its clock by NTP; if only one platform is named, the clock that is wrong may be that one's."
    )
    return [Condition("publishing.clock", sentence, {"distance_s": off})]


def _late() -> list[Condition]:
    """One condition for all of them: their number, and the oldest."""
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
