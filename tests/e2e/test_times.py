"""Times are those of the person's zone, wherever the browser happens to be."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import journey
from tests.e2e.conftest import Visit
from tests.e2e.people import Person
from tests.e2e.studio import ZONE
from tests.e2e.waits import press, settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def _schedule(page: Page, text: str, wall: datetime, zone: str = ZONE) -> None:
    page.goto("/compose/")
    settled(page)
    page.locator("label", has_text="edited").first.click()
    journey.compose(page, text)
    page.locator("label.chip-choice", has_text="At a time").click()
    page.get_by_label("Date and time").fill(wall.strftime("%Y-%m-%dT%H:%M"))
    expect(page.get_by_label("Time zone")).to_have_value(ZONE)
    page.get_by_label("Time zone").fill(zone)
    press(page.get_by_role("button", name="Publish or schedule"))
    page.wait_for_url(re.compile(r"/posts/[0-9a-f-]{36}/"))


def _shown(instant: datetime) -> str:
    """As the studio's person reads it: with its year when that is not this one."""
    here = instant.astimezone(ZoneInfo(ZONE))
    year = "" if here.year == datetime.now(ZoneInfo(ZONE)).year else f" {here.year}"
    return f"{here:%a} {here.day} {here:%b}{year}, {here:%H:%M} {ZONE}"


def test_a_time_is_shown_as_it_was_entered(visit: Visit, studio: Person) -> None:
    wall = datetime.now(ZoneInfo(ZONE)).replace(hour=23, minute=15, second=0, microsecond=0) + timedelta(days=2)
    page = visit("/dashboard/", person=studio, timezone_id="Asia/Kathmandu")
    assert page.evaluate("new Date().getTimezoneOffset()") == -345
    _schedule(page, "Late in New York, early in Kathmandu", wall)
    moment = page.locator("[id^=target-] time").first
    expect(moment).to_have_text(_shown(wall))
    instant = datetime.fromisoformat(str(moment.get_attribute("datetime")))
    assert instant == wall, "The instant is that of the person's zone."

    page.goto("/posts/?status=scheduled")
    expect(page.get_by_text("Late in New York").first).to_be_visible()
    page.goto("/dashboard/")
    day = page.locator("li", has=page.get_by_role("heading", name=f"{wall:%a} {wall.day} {wall:%b}"))
    expect(day.get_by_text("23:15").first).to_be_visible()


def test_the_form_offers_the_same_time_again(visit: Visit, studio: Person) -> None:
    page = visit(f"/compose/{studio.ids['scheduled']}/", person=studio, timezone_id="Asia/Kathmandu")
    expect(page.get_by_label("Date and time")).to_have_value(re.compile(r"T18:30$"))
    expect(page.get_by_label("Time zone")).to_have_value(ZONE)


# Nights in which clocks change: zone, month, which of its Sundays, as entered, the offset that is taken, what is said.
CHANGES = [
    ("America/New_York", 3, 1, "02:30", "-05:00", "becomes 03:30"),
    ("Australia/Lord_Howe", 10, 0, "02:15", "+10:30", "becomes 02:45"),
    ("Europe/Paris", 10, -1, "02:30", "+02:00", "the first one is taken"),
]


def _sunday(month: int, number: int) -> date:
    """The next such Sunday that is at least a week away."""
    least = datetime.now(UTC).date() + timedelta(days=7)
    for year in (least.year, least.year + 1):
        days = [week[calendar.SUNDAY] for week in calendar.monthcalendar(year, month) if week[calendar.SUNDAY]]
        if (found := date(year, month, days[number])) >= least:
            return found
    raise AssertionError


@pytest.mark.parametrize(("zone", "month", "number", "entered", "offset", "said"), CHANGES)
def test_a_time_that_does_not_exist_or_is_there_twice_is_explained(
    visit: Visit, studio: Person, zone: str, month: int, number: int, entered: str, offset: str, said: str
) -> None:
    wall = f"{_sunday(month, number)}T{entered}"
    instant = datetime.fromisoformat(wall + offset)
    page = visit("/dashboard/", person=studio, timezone_id="Asia/Kathmandu")
    _schedule(page, f"Clocks change in {zone}", datetime.fromisoformat(wall), zone)
    expect(page.get_by_text(re.compile(rf"{zone}.*{said}")).first).to_be_visible()
    moment = page.locator("[id^=target-] time").first
    expect(moment).to_have_text(_shown(instant))
    assert datetime.fromisoformat(str(moment.get_attribute("datetime"))) == instant
