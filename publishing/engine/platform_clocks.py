"""How far the platforms' clocks are from ours, measured by the Date header of their answers, for the operators.

What a platform dates itself (the end of an upload address, a post in a list) adapters compare by the very answer that
names it. The rows only say that a clock is wrong.
"""

from datetime import datetime, timedelta

from core import clock
from publishing.models import PlatformClock
from publishing.platforms.http import Caller

_EVERY = timedelta(minutes=5)
_CHANGED = timedelta(seconds=5)
_noted: dict[str, tuple[datetime, timedelta]] = {}


def note(http: Caller) -> None:
    """Keep what a caller has measured: when it changed, else every five minutes."""
    if http.distance is None:
        return
    now = clock.now()
    at, known = _noted.get(http.platform, (None, timedelta()))
    if at is not None and timedelta() <= now - at < _EVERY and abs(http.distance - known) < _CHANGED:
        return
    _noted[http.platform] = (now, http.distance)
    values = {"distance_s": http.distance.total_seconds(), "measured_at": now}
    PlatformClock.objects.update_or_create(platform=http.platform, defaults=values)
