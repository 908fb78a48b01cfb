"""Times are those of the person's zone, wherever the browser happens to be."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import journey
from tests.e2e.conftest import Visit
from tests.e2e.people import Person
from tests.e2e.studio import ZONE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def _schedule(page: Page, text: str, wall: datetime, zone: str = ZONE) -> None:
    page.goto("/compose/")
    page.locator("label", has_text="edited").first.click()
    journey.compose(page, text)
    page.locator("label.chip-choice", has_text="At a time").click()
    page.get_by_label("Date and time").fill(wall.strftime("%Y-%m-%dT%H:%M"))
    expect(page.get_by_label("Time zone")).to_have_value(ZONE)
    page.get_by_label("Time zone").fill(zone)
    page.get_by_role("button", name="Publish or schedule").click()
    page.wait_for_url(re.compile(r"/posts/[0-9a-f-]{36}/"))


def test_a_time_is_shown_as_it_was_entered(visit: Visit, studio: Person) -> None:
    wall = datetime.now(ZoneInfo(ZONE)).replace(hour=23, minute=15, second=0, microsecond=0) + timedelta(days=2)
    shown = f"{wall:%a} {wall.day} {wall:%b}, 23:15"
    page = visit("/dashboard/", person=studio, timezone_id="Asia/Kathmandu")
    assert page.evaluate("new Date().getTimezoneOffset()") == -345
    _schedule(page, "Late in New York, early in Kathmandu", wall)
    moment = page.locator("[id^=target-] time").first
    expect(moment).to_have_text(f"{shown} {ZONE}")
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


# Days to come on which clocks change: zone, as entered, the instant, as shown to somebody in New York, what is said.
CHANGES = [
    ("America/New_York", "2027-03-14T02:30", "2027-03-14T07:30Z", "Sun 14 Mar 2027, 03:30", "becomes 03:30"),
    ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:45Z", "Sat 2 Oct 2027, 11:45", "becomes 02:45"),
    ("Europe/Paris", "2027-10-31T02:30", "2027-10-31T00:30Z", "Sat 30 Oct 2027, 20:30", "the first one is taken"),
]


@pytest.mark.parametrize(("zone", "entered", "instant", "shown", "said"), CHANGES)
def test_a_time_that_does_not_exist_or_is_there_twice_is_explained(
    visit: Visit, studio: Person, zone: str, entered: str, instant: str, shown: str, said: str
) -> None:
    page = visit("/dashboard/", person=studio, timezone_id="Asia/Kathmandu")
    _schedule(page, f"Clocks change in {zone}", datetime.fromisoformat(entered), zone)
    expect(page.get_by_text(re.compile(rf"{zone}.*{said}")).first).to_be_visible()
    moment = page.locator("[id^=target-] time").first
    expect(moment).to_have_text(f"{shown} {ZONE}")
    assert datetime.fromisoformat(str(moment.get_attribute("datetime"))) == datetime.fromisoformat(instant)
