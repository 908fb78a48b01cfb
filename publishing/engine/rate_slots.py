"""Short rate windows: a slot is booked before a call is made, so that the platform never has to refuse one.

A window of `amount` calls in `seconds` is `amount` slots, each of which may be used once in `seconds`: whoever uses a
slot starts its rest again, so no span of that length ever sees more calls than allowed. The slots are rows. They
outlive a killed process, and every process of an installation sees the same ones.

When all slots rest, a target books the one that is free first and comes back at that time. So a long row of posts is
spread over the minutes to come, each woken once, in the order in which they asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Value
from django.db.models.functions import Greatest

from core import clock
from publishing.models import RateSlot
from publishing.platforms.base import Adapter
from publishing.platforms.declared import Rate

# A call counts at the platform a moment after it counted here.
MARGIN = timedelta(milliseconds=500)
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Booking:
    """A slot, and the instant from which it may be used."""

    key: str
    slot_id: int
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """What a target keeps of it; nothing when no slot could be booked (it comes back and asks again)."""
        return {"key": self.key, "slot": self.slot_id, "at": self.at.isoformat()} if self.slot_id else {}


def booking_of(stored: dict[str, Any]) -> Booking | None:
    """The booking that a target holds."""
    if not stored:
        return None
    return Booking(str(stored["key"]), int(stored["slot"]), datetime.fromisoformat(str(stored["at"])))


def key_of(adapter: Adapter, name: str, owner: str) -> str:
    """The window's name: whose calls of which kind it counts."""
    return f"{adapter.name}.{name}:{owner}"[:160]


def take(adapter: Adapter, name: str, owner: str) -> timedelta | None:
    """Count one call now; how long to wait when the window is full, else None. Nothing is booked."""
    rate = adapter.rates.get(name)
    if rate is None:
        return None
    now = clock.now()
    booking = _next(rate, key_of(adapter, name, owner), now, ahead=False)
    return None if booking.at <= now else booking.at - now


def book(adapter: Adapter, name: str, owner: str, stored: dict[str, Any]) -> Booking | None:
    """A booking for one call: the one in `stored` if it is for this window, else the next. None without a window.

    A booking that is due (`at` not after now) is counted: make the call now. Any other must be kept and shown again.
    """
    rate = adapter.rates.get(name)
    if rate is None:
        return None
    now, key = clock.now(), key_of(adapter, name, owner)
    known = booking_of(stored)
    # A booking that nobody used for as long as a window lasts is worth no more than a new one.
    if known is not None and known.key == key and now <= known.at + _rest(rate):
        return known if known.at > now else _use(rate, known, now)
    return _next(rate, key, now, ahead=True)


def stamp(adapter: Adapter, name: str, booking: Booking) -> None:
    """The call has ended only now: the platform may have counted it as late as this."""
    rate = adapter.rates.get(name)
    if rate is not None:
        now = clock.now()
        rest = Greatest("free_at", Value(now + _rest(rate)))
        RateSlot.objects.filter(pk=booking.slot_id, key=booking.key).update(used_at=now, free_at=rest)


def rest(platform: str, owner: str, until: datetime) -> None:
    """Let an owner's next calls wait: the platform says that an allowance is nearly used up."""
    RateSlot.objects.update_or_create(
        key=f"{platform}.rest:{owner}"[:160], number=0, defaults={"used_at": clock.now(), "free_at": until}
    )


def resting(platform: str, owner: str) -> datetime | None:
    """Until when an owner's calls wait; None when they need not."""
    rows = RateSlot.objects.filter(key=f"{platform}.rest:{owner}"[:160], free_at__gt=clock.now())
    return rows.values_list("free_at", flat=True).first()


def clean_up(before: datetime) -> None:
    """Delete windows that have rested since long ago."""
    idle = RateSlot.objects.values("key").annotate(last=Max("free_at")).filter(last__lt=before).order_by()
    RateSlot.objects.filter(key__in=list(idle.values_list("key", flat=True)[:1000])).delete()


def _rest(rate: Rate) -> timedelta:
    return timedelta(seconds=rate.seconds) + MARGIN


def _use(rate: Rate, booking: Booking, now: datetime) -> Booking:
    """Use what was booked, unless the one before it came late: then wait for the rest of its rest."""
    rest = _rest(rate)
    rows = RateSlot.objects.filter(pk=booking.slot_id, key=booking.key)
    if rows.filter(used_at__lte=now - rest).update(used_at=now, free_at=Greatest("free_at", Value(now + rest))):
        return Booking(booking.key, booking.slot_id, now)
    used_at = rows.values_list("used_at", flat=True).first()
    return Booking(booking.key, booking.slot_id, used_at + rest if used_at else now + MARGIN)


def _next(rate: Rate, key: str, now: datetime, *, ahead: bool) -> Booking:
    """The slot that is free first: used when it is free now, else booked if `ahead`, else only named."""
    rest = _rest(rate)
    for _ in range(_TRIES):
        slots = RateSlot.objects.filter(key=key, number__lt=rate.amount).order_by("free_at", "number")
        slot = slots.first()
        if slot is None or slot.free_at > now:
            made = _one_more(key, rate, now)
            if made is not None:
                return made
        if slot is None:
            continue
        row = RateSlot.objects.filter(pk=slot.pk, free_at=slot.free_at)
        if slot.free_at <= now:
            if row.update(used_at=now, free_at=now + rest):
                return Booking(key, slot.pk, now)
        elif not ahead or row.update(free_at=slot.free_at + rest):
            return Booking(key, slot.pk, slot.free_at)
    # Everybody else was quicker every time.
    return Booking(key, 0, now + MARGIN)


def _one_more(key: str, rate: Rate, now: datetime) -> Booking | None:
    """A slot that nobody has used yet; None when all exist."""
    number = RateSlot.objects.filter(key=key, number__lt=rate.amount).count()
    if number >= rate.amount:
        return None
    try:
        with transaction.atomic():
            row = RateSlot.objects.create(key=key, number=number, used_at=now, free_at=now + _rest(rate))
    except IntegrityError:
        return None
    return Booking(key, row.pk, now)
