"""Short rate windows: bookings, in order, never more in a window than allowed, and none lost with a process."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from core import clock
from publishing.engine import rate_slots
from publishing.models import RateSlot
from publishing.platforms.tiktok.adapter import TikTok

INIT = 6
REST = timedelta(seconds=60) + rate_slots.MARGIN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(frozen: None) -> Iterator[None]:
    return


def book(stored: rate_slots.Booking | None = None, owner: str = "g1") -> rate_slots.Booking:
    booking = rate_slots.book(TikTok(), "init", owner, stored.as_json() if stored else {})
    assert booking is not None
    return booking


def due(booking: rate_slots.Booking) -> bool:
    return booking.at <= clock.now()


class TestTaking:
    def test_as_many_as_allowed_and_then_the_wait_is_named(self) -> None:
        assert [rate_slots.take(TikTok(), "init", "g1") for _ in range(INIT)] == [None] * INIT
        assert rate_slots.take(TikTok(), "init", "g1") == REST
        assert rate_slots.take(TikTok(), "init", "g2") is None

    def test_a_refused_call_books_nothing(self) -> None:
        for _ in range(INIT + 5):
            rate_slots.take(TikTok(), "init", "g1")
        clock.advance(REST)
        assert [rate_slots.take(TikTok(), "init", "g1") for _ in range(INIT)] == [None] * INIT

    def test_a_step_without_a_window_is_free(self) -> None:
        assert rate_slots.take(TikTok(), "chunk", "g1") is None
        assert rate_slots.book(TikTok(), "chunk", "g1", {}) is None
        assert not RateSlot.objects.exists()


class TestBooking:
    def test_a_long_row_is_spread_over_the_minutes_in_order(self) -> None:
        bookings = [book() for _ in range(3 * INIT)]
        waits = [round((booking.at - clock.now()) / REST) for booking in bookings]
        assert waits == [0] * INIT + [1] * INIT + [2] * INIT

    def test_a_booked_turn_is_kept_until_it_is_due_and_then_used_once(self) -> None:
        for _ in range(INIT):
            book()
        mine = book()
        assert book(mine) == mine
        clock.advance(REST)
        assert due(book(mine))
        # Its slot rests again: the same paper is no second entry.
        assert not due(book(mine))

    def test_no_minute_ever_sees_more_than_allowed_even_when_turns_are_used_late(self) -> None:
        waiting: list[rate_slots.Booking | None] = [None] * 40
        used: list[datetime] = []
        for second in range(1, 900):
            # Every 90 seconds nobody comes for 20 seconds.
            if second % 90 >= 20:
                for booking in list(waiting):
                    found = book(booking)
                    waiting.remove(booking)
                    if due(found):
                        used.append(clock.now())
                    else:
                        waiting.append(found)
            clock.advance(timedelta(seconds=1))
        assert len(used) == 40
        for start in used:
            assert sum(start <= at < start + timedelta(seconds=60) for at in used) <= INIT
        # 40 calls at 6 a minute need 7 windows; lateness may cost some more, not twice as many.
        assert used[-1] - used[0] < 12 * REST

    def test_a_turn_that_nobody_came_for_gives_way_to_a_new_one(self) -> None:
        for _ in range(INIT):
            book()
        mine = book()
        clock.advance(3 * REST)
        assert due(book(mine))

    def test_a_call_that_took_long_counts_from_its_end(self) -> None:
        booking = book()
        clock.advance(timedelta(seconds=40))
        rate_slots.stamp(TikTok(), "init", booking)
        for _ in range(INIT - 1):
            book()
        clock.advance(timedelta(seconds=30))
        assert not due(book())

    def test_the_rows_outlive_the_process(self) -> None:
        for _ in range(INIT):
            book()
        # A new process knows nothing but the rows.
        assert set(RateSlot.objects.values_list("key", flat=True)) == {"tiktok.init:g1"}
        assert rate_slots.take(TikTok(), "init", "g1") is not None


def test_windows_that_rest_since_long_are_cleaned_up_whole() -> None:
    book(owner="old")
    clock.advance(timedelta(days=2))
    book(owner="new")
    rate_slots.clean_up(clock.now() - timedelta(days=1))
    assert set(RateSlot.objects.values_list("key", flat=True)) == {"tiktok.init:new"}
