"""The cells of the calendar: every instant has exactly one, in every zone, also when clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from pages.schedule import grid
from publishing.calendar.selectors import Place

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
# Zone, the day on which clocks change, and the sentence.
CHANGES = [
    ("Europe/Paris", date(2026, 3, 29), "Clocks go forward at 02:00, to 03:00"),
    ("Europe/Paris", date(2026, 10, 25), "Clocks go back at 03:00, to 02:00"),
    ("America/New_York", date(2026, 3, 8), "Clocks go forward at 02:00, to 03:00"),
    ("America/New_York", date(2026, 11, 1), "Clocks go back at 02:00, to 01:00"),
    ("Australia/Lord_Howe", date(2026, 10, 4), "Clocks go forward at 02:00, to 02:30"),
    ("Australia/Lord_Howe", date(2026, 4, 5), "Clocks go back at 02:00, to 01:30"),
    ("Pacific/Chatham", date(2026, 9, 27), "Clocks go forward at 02:45, to 03:45"),
    ("America/Santiago", date(2026, 9, 6), "Clocks go forward at 00:00, to 01:00"),
    ("America/Havana", date(2026, 3, 8), "Clocks go forward at 00:00, to 01:00"),
]
ZONES = sorted({zone for zone, _, _ in CHANGES} | {"Asia/Kathmandu", "Asia/Kolkata", "Pacific/Apia", "UTC"})


@pytest.mark.parametrize(("zone", "on", "sentence"), CHANGES)
def test_a_change_of_clocks_is_told_on_its_day_and_on_no_other(zone: str, on: date, sentence: str) -> None:
    info = ZoneInfo(zone)
    days = [on + timedelta(days=n) for n in range(-3, 4)]
    assert [grid.clock_change(day, info) for day in days] == ["", "", "", sentence, "", "", ""]


@pytest.mark.parametrize("zone", ZONES)
def test_every_quarter_of_a_year_stands_in_exactly_one_day_and_one_hour(zone: str) -> None:
    info = ZoneInfo(zone)
    first = date(2026, 1, 1)
    quarters = [Place(datetime(2026, 1, 2, tzinfo=UTC) + timedelta(minutes=15 * n), uuid4()) for n in range(96 * 360)]
    days = [first + timedelta(days=n) for n in range(365)]
    cells = grid.day_cells(days, info, NOW, quarters)
    assert [place for cell in cells for place in cell.places] == quarters
    assert all(cell.start <= place.at < cell.end for cell in cells for place in cell.places)
    hours = grid.hour_cells(days, info, NOW, quarters, all_hours=True)
    flat = sorted((cell for row in hours for cell in row), key=lambda cell: cell.key)
    assert [place for cell in flat for place in cell.places] == quarters
    assert all(cell.start <= place.at < cell.end for cell in flat for place in cell.places)


@pytest.mark.parametrize("zone", ZONES)
def test_hours_follow_each_other_without_gap_or_overlap(zone: str) -> None:
    info = ZoneInfo(zone)
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    rows = grid.hour_cells(days, info, NOW, [], all_hours=True)
    flat = sorted((cell for row in rows for cell in row), key=lambda cell: cell.key)
    assert all(one.end == other.start for one, other in pairwise(flat))


@pytest.mark.parametrize(
    ("zone", "on", "hour", "minutes"),
    [
        ("Europe/Paris", date(2026, 3, 29), 2, 0),
        ("Europe/Paris", date(2026, 10, 25), 2, 120),
        ("Australia/Lord_Howe", date(2026, 10, 4), 2, 30),
        ("Australia/Lord_Howe", date(2026, 4, 5), 1, 90),
        ("Asia/Kathmandu", date(2026, 3, 29), 2, 60),
    ],
)
def test_an_hour_is_as_long_as_clocks_show_it(zone: str, on: date, hour: int, minutes: int) -> None:
    cell = grid.hour_cell(on, hour, ZoneInfo(zone), NOW)
    assert (cell.end - cell.start) == timedelta(minutes=minutes)
    assert cell.exists == bool(minutes)
    assert ("does not exist" in cell.note) == (not minutes)


def test_a_month_is_whole_weeks_that_begin_as_the_person_likes() -> None:
    weeks = grid.month_weeks(date(2026, 5, 20), sunday_first=False)
    assert (weeks[0][0], weeks[-1][-1], len(weeks)) == (date(2026, 4, 27), date(2026, 5, 31), 5)
    weeks = grid.month_weeks(date(2026, 5, 20), sunday_first=True)
    assert (weeks[0][0], weeks[-1][-1], len(weeks)) == (date(2026, 4, 26), date(2026, 6, 6), 6)
    assert all(len(week) == 7 for week in weeks)


def test_hours_of_the_night_are_left_out_unless_a_post_goes_out_then() -> None:
    days = grid.week_of(date(2026, 5, 20), sunday_first=False)
    zone = ZoneInfo("Asia/Kathmandu")
    assert [row[0].hour for row in grid.hour_cells(days, zone, NOW, [])] == list(range(6, 24))
    at_three = Place(datetime(2026, 5, 20, 3, 10, tzinfo=zone).astimezone(UTC), uuid4())
    assert [row[0].hour for row in grid.hour_cells(days, zone, NOW, [at_three])] == [3, *range(6, 24)]
