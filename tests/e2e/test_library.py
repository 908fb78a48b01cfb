"""What people do with the library: write a template, use it, insert hashtags and a signature, delete and take back."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.people import Person, connect
from tests.e2e.product import Product
from tests.e2e.studio import Api
from tests.e2e.waits import press, settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def test_a_template_becomes_a_draft_with_hashtags_and_a_signature(
    visit: Visit, running: Product, someone: Person
) -> None:
    page = visit("/library/?type=template", person=someone)
    connect(page, running, "TikTok", "tt-lumen")
    api = Api(page)
    api.post("library/hashtag-groups", name="Herbs", hashtags=["herbs", "basil"])
    api.post("library/signatures", name="Team", text="Yours,\nthe team")
    page.goto("/library/?type=template")
    page.get_by_role("link", name="New template").first.click()
    page.get_by_label("Name").fill("Monday tip")
    page.get_by_role("textbox", name="Text (optional)", exact=True).fill("{{hook}} #herbs\n{{cta|Follow for more}}")
    page.get_by_role("checkbox", name="TikTok").check()
    press(page.get_by_role("button", name="Save template"))
    expect(page.get_by_role("heading", level=1, name="Monday tip")).to_be_visible()
    preview = page.locator("#template-preview")
    expect(preview).to_contain_text("Still asked for: hook.")
    page.get_by_label("hook").fill("Stop scrolling")
    expect(preview).to_contain_text("Stop scrolling #herbs")
    press(page.get_by_role("button", name="Make a draft"))
    page.wait_for_url(re.compile(r"/compose/.+"))
    settled(page)
    text = page.locator("textarea[name=text]")
    expect(text).to_have_value("Stop scrolling #herbs\nFollow for more")
    expect(page.locator("input[name$='-use']")).to_be_checked()
    press(page.get_by_role("button", name="Insert group"))
    press(page.get_by_role("button", name="Add signature"))
    expect(text).to_have_value("Stop scrolling #herbs\nFollow for more\n\n#basil\n\nYours,\nthe team")
    own = page.locator("textarea[name$='-text']")
    own.focus()
    expect(page.locator("[data-insert-place]")).to_contain_text("Lumen Studio")
    press(page.get_by_role("button", name="Insert group"))
    expect(own).to_have_value(re.compile("^Stop scrolling #herbs"))
    press(page.get_by_role("button", name="Save as template"))
    expect(page.get_by_text("Saved as the template")).to_be_visible()


def test_drafts_are_chosen_deleted_and_taken_back_by_the_keyboard(visit: Visit, someone: Person) -> None:
    page = visit("/library/", person=someone)
    api = Api(page)
    for words in ("First idea", "Second idea"):
        api.post("library", type="draft", content=words)
    page.goto("/library/")
    settled(page)
    page.get_by_role("checkbox", name="Choose First idea").focus()
    page.keyboard.press("a")
    expect(page.get_by_text("2 of 2 chosen").first).to_be_visible()
    page.keyboard.press("Delete")
    expect(page.get_by_text("2 drafts deleted.")).to_be_visible()
    expect(page.get_by_text("No draft yet")).to_be_visible()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("link", name="First idea")).to_be_visible()
    expect(page.get_by_role("link", name="Second idea")).to_be_visible()
