"""Everything a person must be able to do works as plain forms and links, with scripts switched off."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import journey
from tests.e2e.conftest import Visit
from tests.e2e.guard import Guard
from tests.e2e.people import LONG_MS, PASSWORD, Person, sign_up
from tests.e2e.product import Product

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def test_sign_up_out_and_in(visit: Visit, running: Product, guard: Guard) -> None:
    person = Person()
    page = visit(java_script_enabled=False)
    sign_up(page, running, person)
    page.locator("summary", has_text="Account menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill("wrong words entirely")
    with guard.allow(422):
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()


def test_upload_by_the_plain_form(visit: Visit, someone: Person, clip: Path) -> None:
    page = visit("/videos/upload/", person=someone, java_script_enabled=False)
    expect(page.get_by_text("Drop videos here")).to_be_hidden()
    if not page.locator("input[name=file]").is_visible():
        page.get_by_text("Upload a single file").click()
    page.locator("input[name=file]").set_input_files(clip)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=re.compile("balcony"))).to_be_visible(timeout=LONG_MS)


def test_a_file_that_is_no_video_is_refused_with_a_reason(visit: Visit, guard: Guard, someone: Person) -> None:
    page = visit("/videos/upload/", person=someone, java_script_enabled=False)
    if not page.locator("input[name=file]").is_visible():
        page.get_by_text("Upload a single file").click()
    fake = {"name": "holiday.mp4", "mimeType": "video/mp4", "buffer": b"These are words.\n" * 50}
    page.locator("input[name=file]").set_input_files(fake)
    with guard.allow(415, 422):
        page.get_by_role("button", name="Upload", exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
    page.goto("/videos/")
    expect(page.get_by_role("heading", name="Upload your first video")).to_be_visible()


def test_lists_filter_by_their_address(visit: Visit, studio: Person) -> None:
    page = visit("/videos/?q=longer", person=studio, java_script_enabled=False)
    expect(page.get_by_role("link", name=re.compile("A much longer title"))).to_be_visible()
    expect(page.get_by_role("link", name="Balcony garden")).to_have_count(0)
    page.goto("/posts/?status=draft")
    expect(page.get_by_text("An idea").first).to_be_visible()
    for path in ("/strategies/", "/scripts/", "/edits/", "/analytics/"):
        page.goto(path)
        expect(page.locator("main h1")).to_be_visible()


def test_a_post_is_published_by_the_plain_form(visit: Visit, studio: Person) -> None:
    page = visit("/compose/", person=studio, java_script_enabled=False)
    page.locator("label", has_text="edited").first.click()
    journey.compose(page, "Without any script: five herbs in a cup.")
    page.get_by_role("button", name="Publish or schedule").click()
    page.wait_for_url(re.compile(r"/posts/[0-9a-f-]{36}/"))
    expect(page.locator("[id^=target-]")).to_have_count(2)
