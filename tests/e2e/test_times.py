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


def _schedule(page: Page, text: str, wall: datetime) -> None:
    page.goto("/compose/")
    page.locator("label", has_text="edited").first.click()
    journey.compose(page, text)
    page.locator("label.chip-choice", has_text="At a time").click()
    page.get_by_label("Date and time").fill(wall.strftime("%Y-%m-%dT%H:%M"))
    expect(page.get_by_label("Time zone")).to_have_value(ZONE)
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
