"""The signature screens by keyboard: timeline, table, comparison, preview."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import clips
from tests.e2e.conftest import Visit
from tests.e2e.people import Person
from tests.e2e.test_pages import address, inspect
from tests.e2e.waits import settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def test_a_video_by_keyboard(visit: Visit, studio: Person) -> None:
    page = visit(address("video_detail", studio.ids["video"]), person=studio)
    settled(page)
    head = page.get_by_role("slider", name="Playhead")
    head.focus()
    page.keyboard.press("n")
    expect(head).to_have_attribute("aria-valuetext", re.compile("cut 1 of"))
    page.keyboard.press("Home")
    expect(head).to_have_attribute("aria-valuetext", re.compile(r"^0:00\.0"))

    row = page.locator(".timeline-row[data-row=motion]")
    toggle = page.get_by_role("group", name="Rows").get_by_role("button", name="Motion")
    toggle.press("Enter")
    expect(row).to_be_hidden()
    expect(toggle).to_have_attribute("aria-pressed", "false")

    page.locator("summary", has_text="as a table").press("Enter")
    length = page.locator("tr[data-sortable] th").nth(3)
    length.get_by_role("button").press("Enter")
    length.get_by_role("button").press("Enter")
    expect(length).to_have_attribute("aria-sort", "descending")
    shown = page.locator("tr[data-segment-row] td:nth-child(4)").all_inner_texts()
    lengths = [float(text.split()[0]) for text in shown]
    assert lengths == sorted(lengths, reverse=True)

    expect(page.get_by_role("heading", name="What it means")).to_be_visible()
    expect(page.locator("#meaning")).to_contain_text("Offline answer")
    expect(page.get_by_role("heading", name="Built alike")).to_be_visible()
    inspect(page, "video-table-open")


def test_news_that_change_nothing_leave_the_page_alone(visit: Visit, studio: Person) -> None:
    page = visit(person=studio)
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => {"
        " for (const node of document.querySelectorAll('[data-topics][hx-get]')) node.kept = true; })"
    )
    page.goto(address("video_detail", studio.ids["video"]))
    settled(page)
    with page.expect_response(re.compile("/_analysis/")):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('ws:resync'))")
    settled(page)
    assert page.locator("[id^=videos-analysis-]").evaluate("node => node.kept") is True


def test_compared_playheads_move_together_when_asked(visit: Visit, studio: Person) -> None:
    page = visit(address("videos_compare") + f"?v={studio.ids['video']}&v={studio.ids['other']}", person=studio)
    settled(page)
    heads = page.get_by_role("slider", name="Playhead")
    expect(heads).to_have_count(2)
    first, second = heads.all()
    first.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(first).to_have_attribute("aria-valuetext", re.compile(r"^0:01\.0"))
    expect(second).to_have_attribute("aria-valuetext", re.compile(r"^0:00\.0"))
    link = page.get_by_role("button", name="Link the playheads")
    link.press("Enter")
    expect(link).to_have_attribute("aria-pressed", "true")
    first.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(second).to_have_attribute("aria-valuetext", re.compile(r"^0:02\.0"))


def test_a_preview_opens_and_gives_the_focus_back(visit: Visit, studio: Person) -> None:
    page = visit("/videos/", person=studio)
    settled(page)
    opener = page.get_by_role("button", name="Preview").first
    opener.press("Enter")
    dialog = page.get_by_role("dialog", name="Preview")
    expect(dialog.locator("video")).to_be_visible()
    inspect(page, "open-preview")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_upload_page_follows_what_becomes_of_a_video_and_of_the_room(
    visit: Visit, someone: Person, tmp_path: Path
) -> None:
    page = visit(address("video_upload"), person=someone)
    settled(page)
    room = page.locator("#quota-page")
    expect(room).to_contain_text("stores 0 bytes of")
    (tmp_path / "notes.txt").write_text("no video at all")
    # A refused file keeps the page open: with all of them done it leaves for the library.
    page.set_input_files("[data-upload-input]", [clips.make(tmp_path / "run.mp4"), tmp_path / "notes.txt"])
    row = page.get_by_role("listitem").filter(has_text="run.mp4")
    expect(room).not_to_contain_text("stores 0 bytes of")
    expect(row).to_contain_text("ready")
    expect(row).not_to_contain_text("being checked")
