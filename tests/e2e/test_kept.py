"""What was typed into a long form is never lost: not with the session, the server, the token or the tab."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.guard import Guard
from tests.e2e.people import PASSWORD, Person
from tests.e2e.waits import settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CONCEPT, POINTS = "Five ways to fold a map", "Start in the middle\nPress the fold"


def _write(page: Page) -> None:
    page.get_by_label("Concept").fill(CONCEPT)
    page.get_by_label("What it should say").fill(POINTS)
    page.get_by_label("Platform").select_option("youtube")


def _is_back(page: Page) -> None:
    expect(page.get_by_label("Concept")).to_have_value(CONCEPT)
    expect(page.get_by_label("What it should say")).to_have_value(POINTS)
    expect(page.get_by_label("Platform")).to_have_value("youtube")
    expect(page.get_by_text(re.compile("What you typed here on .* is back"))).to_be_visible()


def _copies(page: Page) -> int:
    found: int = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('kept:')).length")
    return found


def test_a_session_that_ended_loses_nothing(visit: Visit, guard: Guard, newcomer: Person) -> None:
    page = visit("/scripts/new/", person=newcomer)
    _write(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.clear_cookies(name="sessionid")
    with guard.allow(403):
        page.locator("main form [type=submit]").last.click()
        page.wait_for_load_state()
    if "login" not in page.url:
        page.goto(re.sub(r"(//[^/]+).*", r"\1/scripts/new/", page.url))
    page.get_by_label("E-mail").fill(newcomer.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/scripts/new/"))
    _is_back(page)
    page.locator("main form [type=submit]").last.click()
    expect(page).to_have_url(re.compile(r"/scripts/[0-9a-f-]{36}/"))
    page.goto(re.sub(r"(//[^/]+).*", r"\1/scripts/new/", page.url))
    expect(page.get_by_label("Concept")).to_have_value("")
    assert _copies(page) == 0, "the server has it: no copy is left"


def test_a_reloaded_tab_loses_nothing_and_the_copy_can_be_discarded(visit: Visit, newcomer: Person) -> None:
    page = visit("/scripts/new/", person=newcomer)
    page.on("dialog", lambda dialog: dialog.accept())
    _write(page)
    page.reload()
    _is_back(page)
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_label("Concept")).to_have_value("")
    page.reload()
    expect(page.get_by_label("Concept")).to_have_value("")


def test_a_server_that_is_away_loses_nothing(visit: Visit, guard: Guard, newcomer: Person) -> None:
    page = visit("/scripts/new/", person=newcomer)
    page.on("dialog", lambda dialog: dialog.accept())
    _write(page)
    page.route("**/scripts/new/", lambda route: route.fulfill(status=503, body="Away"), times=1)
    with guard.allow(503):
        page.locator("main form [type=submit]").last.click()
        expect(page.get_by_text("Away")).to_be_visible()
    page.goto(page.url)
    _is_back(page)


def test_a_post_that_is_being_written_is_saved_as_one_draft(visit: Visit, guard: Guard, studio: Person) -> None:
    page = visit("/compose/", person=studio)
    settled(page)
    text = page.locator("textarea[name=text]")
    text.fill("Mint for midnight")
    expect(page.get_by_text(re.compile(r"^Saved as a draft \d\d:\d\d$"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"/compose/[0-9a-f-]{36}/$"))
    assert _copies(page) == 0, "the server has it"
    page.reload()
    expect(text).to_have_value("Mint for midnight")
    expect(page.get_by_text(re.compile("What you typed here on"))).to_have_count(0)

    page.route("**/_draft/", lambda route: route.fulfill(status=503, body="Away"), times=1)
    with guard.allow(503):
        text.fill("Mint for midnight tea")
        expect(page.get_by_text("Not saved as a draft yet")).to_be_visible()
    assert _copies(page) == 1, "the browser has what the server has not"
    text.fill("Mint for midnight tea!")
    expect(page.get_by_text(re.compile(r"^Saved as a draft \d\d:\d\d$"))).to_be_visible()
    page.get_by_role("button", name="Save draft").click()
    expect(page).to_have_url(re.compile("/posts/[0-9a-f-]{36}/"))
    page.goto("/posts/?q=midnight")
    expect(page.get_by_role("link", name=re.compile("Mint for midnight tea!"))).to_have_count(1)


def test_a_post_that_somebody_else_changed_is_not_overwritten_while_typing(
    visit: Visit, guard: Guard, studio: Person
) -> None:
    mine = visit("/compose/", person=studio)
    settled(mine)
    mine.locator("textarea[name=text]").fill("Sage at sunrise")
    expect(mine).to_have_url(re.compile(r"/compose/[0-9a-f-]{36}/$"))
    theirs = visit(mine.url, person=studio)
    theirs.locator("textarea[name=text]").fill("Sage at noon")
    theirs.get_by_role("button", name="Save draft").click()
    expect(theirs).to_have_url(re.compile("/posts/"))
    with guard.allow(409, 422):
        mine.locator("textarea[name=text]").fill("Sage at sunrise today")
        expect(mine.get_by_text("Press “Save draft” to see both.")).to_be_visible()
        mine.get_by_role("button", name="Save draft").click()
        expect(mine.get_by_text("Sage at noon")).to_be_visible()
    expect(mine.locator("textarea[name=text]")).to_have_value("Sage at sunrise today")
