"""Many posts at once in the browser: chosen by key, changed, taken back."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.guard import Guard
from tests.e2e.people import Person
from tests.e2e.studio import OPTIONS, ZONE, Api
from tests.e2e.test_pages import inspect
from tests.e2e.waits import press, settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def _plan(page: Page, studio: Person, text: str, wall: datetime) -> None:
    api = Api(page)
    [rendition, *_] = api.get(f"edits/{studio.ids['edit']}")["renditions"]
    when = {"wall_time": f"{wall:%Y-%m-%dT%H:%M}", "timezone": ZONE}
    common = {"rendition_id": rendition["id"], "platforms": list(OPTIONS), "platform_options": OPTIONS}
    api.post("posts/schedule", **common, content=text, title="Many at once", **when)


def test_posts_are_chosen_by_key_moved_and_taken_back(visit: Visit, studio: Person) -> None:
    page = visit("/dashboard/", person=studio)
    day = datetime.now(ZoneInfo(ZONE)).replace(hour=7, minute=15) + timedelta(days=60)
    for number in (1, 2):
        _plan(page, studio, f"Chosen {number}", day + timedelta(hours=number))
    page.goto("/posts/?q=chosen")
    settled(page)
    boxes = page.locator("input[form=bulk]")
    expect(boxes).to_have_count(2)
    expect(page.get_by_role("button", name="Move by days")).to_be_hidden()
    boxes.first.focus()
    page.keyboard.press("a")
    expect(page.locator("[data-bulk-count]")).to_have_text("2 of 2 chosen")
    page.get_by_label("Days").fill("3")
    press(page.get_by_role("button", name="Move by days"))
    expect(page.get_by_text("2 posts moved by 3 days.")).to_be_visible()
    page.goto(f"/schedule/?view=list&date={day + timedelta(days=3):%Y-%m-%d}")
    settled(page)
    expect(page.locator(".calendar-row", has_text=re.compile("Chosen [12]"))).to_have_count(2)
    page.get_by_label(re.compile("Choose .*Chosen 1")).check()
    press(page.get_by_role("button", name="Unschedule"))
    expect(page.get_by_text("1 post without a time again.")).to_be_visible()
    expect(page.locator(".calendar-row", has_text="Chosen")).to_have_count(1)
    press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("1 post as before.")).to_be_visible()
    expect(page.locator(".calendar-row", has_text="Chosen")).to_have_count(2)


def test_a_file_is_checked_put_right_and_made_posts(visit: Visit, guard: Guard, studio: Person) -> None:
    page = visit("/posts/import/", person=studio)
    rows = "account,date,time,caption\ntiktok,,,First of a file\n@nobody,soon,18:00,Second of a file\n"
    page.get_by_label("CSV file").set_input_files({"name": "plan.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    press(page.get_by_role("button", name="Check the file"))
    expect(page.get_by_text("“soon” is no date.")).to_be_visible()
    inspect(page, "import-check")
    press(page.get_by_role("button", name="Make only the 1 post that is right"))
    expect(page.get_by_text("1 post made of the file.")).to_be_visible()
    press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("1 post as before.")).to_be_visible()


def test_videos_become_posts_by_one_press(visit: Visit, guard: Guard, studio: Person) -> None:
    page = visit("/posts/bulk/", person=studio)
    api = Api(page)
    [rendition, *_] = api.get(f"edits/{studio.ids['edit']}")["renditions"]
    page.goto(f"/posts/bulk/?media={rendition['media_id']}")
    settled(page)
    page.locator("label.chip-choice", has_text="TikTok · ").click()
    page.locator("label.chip-choice", has_text="Everyone").first.click()
    press(page.get_by_role("button", name="Show the posts"))
    expect(page.get_by_role("heading", name="Check the posts")).to_be_visible()
    inspect(page, "batch-table")
    page.get_by_label("Text of").first.fill("Planned with one press")
    press(page.get_by_role("button", name="Plan 1 post"))
    expect(page.get_by_text("1 post planned.")).to_be_visible()
    expect(page.get_by_text("Planned with one press").first).to_be_visible()
