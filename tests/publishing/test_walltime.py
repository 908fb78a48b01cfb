"""Wall times and the days on which clocks change."""

from datetime import UTC, datetime

import pytest

from core.errors import ValidationFailed
from publishing.schedule.walltime import Shift, to_instant, to_wall

CASES = [
    # zone, as written, instant in UTC, as shown, what happened
    ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30", "03:30", Shift.GAP),
    ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", "01:30", Shift.FOLD),
    ("Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:30", "03:30", Shift.GAP),
    ("Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30", "02:30", Shift.FOLD),
    ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45", "02:45", Shift.GAP),
    ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", "01:45", Shift.FOLD),
    ("Pacific/Chatham", "2026-09-27T03:00", "2026-09-26T14:15", "04:00", Shift.GAP),
    ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00", "03:00", Shift.NONE),
    ("America/New_York", "2026-03-08T01:59", "2026-03-08T06:59", "01:59", Shift.NONE),
    ("Asia/Kathmandu", "2026-06-01T09:00", "2026-06-01T03:15", "09:00", Shift.NONE),
]


@pytest.mark.parametrize(("zone", "written", "instant", "shown", "shift"), CASES)
def test_a_gap_shifts_forward_and_a_fold_takes_the_first(
    zone: str, written: str, instant: str, shown: str, shift: Shift
) -> None:
    found = to_instant(datetime.fromisoformat(written), zone)
    assert found.at == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert f"{found.wall:%H:%M}" == shown
    assert found.shift is shift
    assert bool(found.note()) is (shift is not Shift.NONE)
    assert to_wall(found.at, zone) == found.wall


def test_the_note_names_the_zone_and_the_time_it_becomes() -> None:
    note = to_instant(datetime.fromisoformat("2026-03-08T02:30"), "America/New_York").note()
    assert "America/New_York" in note
    assert "03:30" in note
    assert "first" in to_instant(datetime.fromisoformat("2026-11-01T01:30"), "America/New_York").note()


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValidationFailed) as refused:
        to_instant(datetime.fromisoformat("2026-01-01T12:00"), "Mars/Olympus")
    assert refused.value.code == "zone_unknown"
