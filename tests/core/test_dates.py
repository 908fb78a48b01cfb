"""Days and times of requests: what is read, and what is refused with a way out."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from rest_framework import serializers

from core import dates
from core.fields import BoundField, DayField, InstantField, WallTimeField, WhenField, ZoneField

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.mark.parametrize("written", ["2000-01-01", "2026-12-24", "2036-05-04"])
def test_a_day_within_the_bounds_is_read(written: str) -> None:
    assert dates.day(written) == date.fromisoformat(written)


@pytest.mark.parametrize(
    "written",
    ["", "tomorrow", "2026-13-45", "2026-02-30", "1999-12-31", "2036-05-06", "2199-01-01", "9999-12-31", "0001-01-01",
     "2026-W01-1", "20260101", "２０２６-01-01", "2026-01-01T00:00", "2026-01-01\x00", "²026-01-01"],
)  # fmt: skip
def test_a_day_that_does_not_exist_or_is_out_of_bounds_is_refused(written: str) -> None:
    with pytest.raises(dates.DateRefused, match=r"\.$"):
        dates.day(written)


@pytest.mark.parametrize("written", ["2026-12-24T10:30", "2026-12-24 10:30", "2026-12-24T10:30:59"])
def test_a_wall_time_is_read_to_the_minute(written: str) -> None:
    assert dates.wall_time(written) == datetime.fromisoformat("2026-12-24T10:30")


@pytest.mark.parametrize(
    "written", ["2026-12-24", "2026-12-24T25:00", "2026-12-24T10:30Z", "2026-12-24T10:30+01:00", "2199-01-01T00:00", ""]
)
def test_a_wall_time_with_an_offset_or_out_of_bounds_is_refused(written: str) -> None:
    with pytest.raises(dates.DateRefused, match=r"\.$"):
        dates.wall_time(written)


def read(field: Any, value: Any) -> Any:
    return field.run_validation(value)


class TestFields:
    def test_an_offset_is_kept_and_its_absence_too(self) -> None:
        assert read(WhenField(), "2026-12-24T10:30:00+01:00") == datetime(2026, 12, 24, 9, 30, tzinfo=UTC)
        assert read(WhenField(), "2026-12-24T10:30").tzinfo is None
        assert read(InstantField(), "2026-12-24T10:30:00Z") == datetime(2026, 12, 24, 10, 30, tzinfo=UTC)

    def test_a_day_alone_is_a_bound_but_no_time_of_a_post(self) -> None:
        assert read(BoundField(), "2026-12-24") == datetime.fromisoformat("2026-12-24T00:00")
        with pytest.raises(serializers.ValidationError, match="time of day"):
            read(WhenField(), "2026-12-24")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            (InstantField(), "2026-12-24T10:30"),
            (InstantField(), "2199-01-01T00:00:00Z"),
            (InstantField(), "9999-12-31T23:59:59-23:59"),
            (BoundField(), "2026-13-45T00:00:00Z"),
            (BoundField(), "9999-12-31T23:59:59-23:59"),
            (BoundField(), "garbage"),
            (WhenField(), 5),
            (DayField(), "2026-13-45"),
            (DayField(), {"day": 1}),
            (WallTimeField(), "2026-12-24T10:30:00Z"),
            (WallTimeField(), ["2026-12-24T10:30"]),
            (ZoneField(), "Mars/Olympus"),
        ],
    )
    def test_what_cannot_be_a_time_is_a_refusal_and_never_a_crash(self, field: Any, value: Any) -> None:
        with pytest.raises(serializers.ValidationError):
            read(field, value)

    def test_a_zone_is_given_back_by_its_present_name(self) -> None:
        assert read(ZoneField(), "Asia/Katmandu") == "Asia/Kathmandu"
