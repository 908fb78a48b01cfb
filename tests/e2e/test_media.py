"""Pictures and videos in the media library, and a post made of several of them."""

import io
import os
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.e2e.people import LONG_MS, connect
from tests.e2e.waits import press, settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
SHOTS = os.environ.get("E2E_SHOTS", "")


def shot(page: Page, name: str) -> None:
    """A picture of the page for whoever wants to look (`E2E_SHOTS`: a folder), in both themes and two widths."""
    if not SHOTS:
        return
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            path = str(Path(SHOTS) / f"{name}-{width}-{scheme}.png")
            page.screenshot(path=path, full_page=True, animations="disabled")
    page.set_viewport_size({"width": 1280, "height": 800})


def picture(size: tuple[int, int], colour: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "JPEG")
    return target.getvalue()


def files(clip: Path) -> list[dict[str, object]]:
    return [
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture((1080, 1350), "teal")},
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture((1350, 1080), "tomato")},
        {"name": clip.name, "mimeType": "video/mp4", "buffer": clip.read_bytes()},
        {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"},
    ]


def test_upload_delete_undo_and_a_post_of_several_files(visit, running, someone, clip):
    page = visit("/media/", person=someone)
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    shot(page, "media-empty")
    page.locator("[data-upload-input]").set_input_files(files(clip))
    expect(page.locator("[data-upload-list]")).to_contain_text("neither pictures nor videos")
    cards = page.locator("#media-list > ul > li")
    expect(cards).to_have_count(3, timeout=LONG_MS)
    expect(page.locator("[data-busy-upload]")).to_have_count(0)
    page.reload()
    settled(page)
    shot(page, "media")

    press(page.get_by_role("button", name="Delete photo.jpg").first)
    expect(page.get_by_text("“photo.jpg” is deleted.").first).to_be_visible()
    expect(cards).to_have_count(2)
    shot(page, "media-deleted")
    page.get_by_role("button", name="Undo").click()
    expect(cards).to_have_count(3)

    page.get_by_label("Show").select_option("video")
    expect(cards).to_have_count(1)
    expect(page).to_have_url(re.compile("kind=video"))

    connect(page, running, "TikTok", "tt-lumen")
    page.goto(f"{running.url}/compose/")
    settled(page)
    items = page.locator("[data-picker-item]")
    expect(items).to_have_count(3)
    for number in range(2):
        items.filter(has_text="photo.jpg").nth(number).locator("label").click()
    strip = page.locator("[data-picker-chosen] > li")
    expect(strip).to_have_count(2)
    first = strip.first.get_attribute("data-key")
    strip.first.get_by_role("button", name=re.compile("Later")).click()
    expect(strip.nth(1)).to_have_attribute("data-key", first)
    expect(page.locator("input[name=media_order]")).to_have_value(re.compile(f"{re.escape(first)}$"))

    page.get_by_role("checkbox", name=re.compile("Lumen Studio")).check()
    checked = page.locator("#preflight")
    expect(checked).to_contain_text("to fix")
    expect(checked).to_contain_text("Choose who can see this")
    page.get_by_label("Search files by name").fill("zebra")
    expect(page.get_by_text("No file fits.")).to_be_visible()
    page.get_by_label("Search files by name").fill("")
    shot(page, "compose")

    press(page.get_by_role("button", name="Save draft"))
    expect(page.get_by_text("The draft is saved.")).to_be_visible()


def test_a_file_that_arrives_while_the_list_is_fetched_is_shown(visit, someone):
    page = visit("/media/", person=someone)
    settled(page)
    held: list[Route] = []
    page.route(re.compile(r"/media/$"), lambda route: held.append(route), times=1)
    arrived = "document.body.dispatchEvent(new CustomEvent('upload:done', {bubbles: true}))"
    with page.expect_request(re.compile(r"/media/$")):
        page.evaluate(f"{arrived}; {arrived}")
    page.evaluate(arrived)
    with page.expect_request(re.compile(r"/media/$")):
        held[0].continue_()
    settled(page)
