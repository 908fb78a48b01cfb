"""Times of a week as instants: in zones of whole, half and quarter hours, and over changes of clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from publishing.schedule import slots


def week(*times: str) -> list[list[str]]:
    return [list(times) for _ in range(7)]


def walls(found: list[slots.Slot]) -> list[str]:
    return [f"{slot.wall:%m-%d %H:%M}" for slot in found]


ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
)


@pytest.mark.parametrize("zone", ZONES)
def test_every_day_of_a_year_has_its_times_on_the_zones_clock(zone: str) -> None:
    after = datetime(2026, 1, 1, tzinfo=UTC)
    found = list(slots.upcoming(week("09:00", "18:30"), zone, after, after + timedelta(days=365)))
    assert len(found) == 730
    shown = {slot.at.astimezone(ZoneInfo(zone)).strftime("%H:%M") for slot in found}
    assert shown == {"09:00", "18:30"}
    assert [slot.at for slot in found] == sorted({slot.at for slot in found})
    assert not any(slot.note for slot in found)


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("Europe/Paris", "2026-03-29T02:30", "2026-03-29T03:00"),
        ("America/New_York", "2026-03-08T02:15", "2026-03-08T03:00"),
        ("America/St_Johns", "2026-03-08T02:01", "2026-03-08T03:00"),
        # Half an hour is skipped there.
        ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-04T02:30"),
        # Midnight itself is skipped.
        ("Africa/Cairo", "2026-04-24T00:20", "2026-04-24T01:00"),
    ],
)
def test_a_time_that_does_not_exist_is_the_next_minute_that_does(zone: str, wall: str, expected: str) -> None:
    slot = slots.slot_at(datetime.fromisoformat(wall), zone)
    assert f"{slot.wall:%Y-%m-%dT%H:%M}" == expected
    assert slot.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == slot.wall
    assert "clocks go forward" in slot.note
    assert wall[11:] in slot.note


def test_two_times_of_one_gap_are_one_slot() -> None:
    after = datetime(2026, 3, 28, 12, tzinfo=UTC)
    found = list(slots.upcoming(week("02:10", "02:50", "03:00"), "Europe/Paris", after, after + timedelta(hours=20)))
    assert walls(found) == ["03-29 03:00"]


def test_a_time_that_happens_twice_is_the_first_of_the_two() -> None:
    slot = slots.slot_at(datetime.fromisoformat("2026-10-25T02:30"), "Europe/Paris")
    assert slot.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert "happens twice" in slot.note


def test_days_without_posts_are_left_out() -> None:
    after = datetime(2026, 2, 1, tzinfo=UTC)
    without = {date(2026, 2, 2), date(2026, 2, 4)}
    found = list(slots.upcoming(week("09:45"), "Asia/Kathmandu", after, after + timedelta(days=4), without))
    assert walls(found) == ["02-01 09:45", "02-03 09:45"]


def test_a_week_without_times_has_none() -> None:
    after = datetime(2026, 2, 1, tzinfo=UTC)
    assert list(slots.upcoming(week(), "UTC", after, after + timedelta(days=400))) == []
