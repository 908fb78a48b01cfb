"""Every page, empty and full, light and dark, wide and narrow: axe finds nothing, nothing is wider than the window."""

import os
import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from pages.urls import urlpatterns
from tests.e2e import axe
from tests.e2e.conftest import Visit
from tests.e2e.guard import Guard, overflow
from tests.e2e.people import Person
from tests.e2e.waits import press, settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

SHOTS = os.environ.get("E2E_SHOTS", "")  # a folder: keep pictures of every page there
PUBLIC = ("landing", "signup", "login", "password_reset")
PLAIN = (
    "dashboard", "videos", "video_upload", "strategies", "strategy_new", "scripts", "script_new", "edits", "edit_new",
    "compose", "posts", "media_library", "analytics", "connections", "profile", "preferences", "team",
    "notices", "notification_settings", "schedule", "calendar_feed_settings",
    "schedule_queues", "recurring_posts",
    "webhooks", "webhook_new", "webhook_deliveries",
    "post_import", "post_batch",
    "library", "library_new", "library_hashtags", "library_signatures",
)  # fmt: skip
# Pages of one thing: the address's name, the kind of thing, more of the address.
DETAILS = {
    "video": ("video_detail", "video", ""),
    "strategy": ("strategy_detail", "strategy", ""),
    "strategy-editing": ("strategy_detail", "strategy", "?edit=hooks"),
    "strategy-versions": ("strategy_versions", "strategy", ""),
    "script": ("script_detail", "script", ""),
    "edit-source": ("edit_detail", "edit", "?step=source"),
    "edit-formats": ("edit_detail", "edit", "?step=formats"),
    "edit-preview": ("edit_detail", "edit", "?step=preview"),
    "edit-making": ("edit_detail", "edit", "?step=making"),
    "post-live": ("post_detail", "live", ""),
    "post-failed": ("post_detail", "failed", ""),
    "post-scheduled": ("post_detail", "scheduled", ""),
    "compose-scheduled": ("compose_post", "scheduled", ""),
    "compose-draft": ("compose_post", "draft", ""),
    "queue": ("schedule_queue", "account", ""),
    "webhook": ("webhook_detail", "webhook", ""),
    "webhook-edit": ("webhook_edit", "webhook", ""),
    "webhook-receipt": ("webhook_delivery", "receipt", ""),
    "recurring-post": ("recurring_post", "rule", ""),
    "recurring-editing": ("recurring_post_edit", "rule", ""),
    "post-repeat": ("post_repeat", "draft", ""),
    "template": ("library_template", "template", ""),
    "template-editing": ("library_template_edit", "template", ""),
    "hashtag-group": ("library_hashtag_group", "group", ""),
    "signature": ("library_signature", "signature", ""),
}
# Colours that fade into the other theme are not what a person reads, so nothing fades here.
STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets.push(sheet);
}"""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
VARIANTS = {
    "schedule-week": "/schedule/?view=week", "schedule-list": "/schedule/?view=list",
    "videos-list": "/videos/?view=list", "videos-trash": "/videos/?place=trash", "videos-none": "/videos/?q=zz",
    "library-templates": "/library/?type=template", "library-none": "/library/?q=zz",
}  # fmt: skip


def address(name: str, pk: str = "") -> str:
    """A named page, of one thing if `pk` is given, whatever its argument is called."""
    pattern = next(each for each in urlpatterns if getattr(each, "name", "") == name)
    arguments = list(pattern.pattern.converters)
    return reverse(name, kwargs={arguments[0]: pk} if arguments else {})


def inspect(page: Page, name: str) -> None:
    """All looks of one page; everything that is wrong is told at once."""
    problems: list[str] = []
    settled(page)
    page.evaluate(STILL)
    for width, theme in ((1280, "light"), (1280, "dark"), (360, "dark"), (360, "light")):
        page.set_viewport_size({"width": width, "height": 800 if width > 600 else 740})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        page.evaluate(PAINTED)
        problems += [f"{width} {theme}: {line}" for line in axe.findings(page)]
        if wide := overflow(page):
            problems.append(f"{width} {theme}: wider than the window: {wide}")
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{theme}.png", full_page=True)
    assert not problems, "\n".join(dict.fromkeys(problems))


@pytest.mark.parametrize("name", PUBLIC)
def test_public(visit: Visit, name: str) -> None:
    inspect(visit(address(name)), f"public-{name}")


@pytest.mark.parametrize("name", PLAIN)
def test_empty(visit: Visit, newcomer: Person, name: str) -> None:
    inspect(visit(address(name), person=newcomer), f"empty-{name}")


@pytest.mark.parametrize("name", PLAIN)
def test_full(visit: Visit, studio: Person, name: str) -> None:
    inspect(visit(address(name), person=studio), f"full-{name}")


@pytest.mark.parametrize("name", DETAILS)
def test_of_one_thing(visit: Visit, studio: Person, name: str) -> None:
    url_name, kind, more = DETAILS[name]
    inspect(visit(address(url_name, studio.ids[kind]) + more, person=studio), f"one-{name}")


def test_videos_side_by_side(visit: Visit, studio: Person) -> None:
    page = visit(address("videos_compare") + f"?v={studio.ids['video']}&v={studio.ids['other']}", person=studio)
    inspect(page, "full-videos-compare")


@pytest.mark.parametrize("name", VARIANTS)
def test_other_views(visit: Visit, studio: Person, name: str) -> None:
    inspect(visit(VARIANTS[name], person=studio), f"full-{name}")


def test_not_found(visit: Visit, guard: Guard, newcomer: Person) -> None:
    with guard.allow(404):
        inspect(visit("/nothing/here/", person=newcomer), "error-404")
        inspect(visit("/nothing/here/"), "error-404-visitor")


def test_api_docs(visit: Visit) -> None:
    page = visit("/api/v1/docs")
    expect(page.locator(".opblock-summary-path").first).to_be_visible()
    # The list draws only what is near the window: a reader scrolls to the rest.
    further = page.locator(".opblock-summary-path[data-path='/api/v1/analytics/dashboard']")
    for _ in range(100):
        if further.is_visible():
            break
        page.mouse.wheel(0, 400)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(further).to_be_visible()
    page.mouse.wheel(0, -40_000)
    expect(page.get_by_role("button", name="Authorize")).to_be_visible()
    expect(page.get_by_role("heading", name="Schemas")).to_be_visible()
    inspect(page, "api-docs")
    page.get_by_role("link", name="Back to ElevoAI").click()
    expect(page.get_by_role("heading", level=1, name="Log in")).to_be_visible()


def test_forms_with_errors(visit: Visit, guard: Guard, studio: Person) -> None:
    with guard.allow(422):
        page = visit("/compose/", person=studio)
        settled(page)
        for use in page.locator("input[name$='-use']").all():
            use.check()
        page.locator("textarea[name=text]").fill("Far too long for TikTok. " * 100)
        press(page.get_by_role("button", name="Publish or schedule"))
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        inspect(page, "errors-compose")
        answers = page.get_by_text("No, it is not made for kids")
        field = page.locator(".field", has=answers)
        expect(field.locator(".field-error")).to_have_count(1)
        answers.click()
        expect(field.locator(".field-error")).to_have_count(0)
        page = visit("/account/signup/")
        page.get_by_role("button", name="Create account").click()
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        inspect(page, "errors-signup")


def test_open_menus_and_dialogs(visit: Visit, studio: Person) -> None:
    page = visit(address("video_detail", studio.ids["video"]), person=studio)
    page.locator("summary", has_text="Account menu").click()
    inspect(page, "open-account-menu")
    page.keyboard.press("Escape")
    page.locator("summary[aria-label='More actions']").click()
    inspect(page, "open-actions")
    page.get_by_text("Rename, move, tag").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    inspect(page, "open-dialog")
    page = visit(address("post_detail", studio.ids["scheduled"]), person=studio)
    settled(page)
    press(page.locator("form[data-confirm] button:visible").first)
    expect(page.get_by_role("alertdialog")).to_be_visible()
    inspect(page, "open-confirm")


def test_before_disconnecting(visit: Visit, studio: Person) -> None:
    page = visit(address("connections"), person=studio)
    page.get_by_role("link", name="Disconnect…").first.click()
    expect(page.get_by_role("heading", name="What it would stop")).to_be_visible()
    inspect(page, "disconnect")


def test_opened_disclosures(visit: Visit, studio: Person) -> None:
    for url_name, kind in (("post_detail", "live"), ("edit_detail", "edit"), ("video_detail", "video"),
                           ("webhook_delivery", "receipt")):  # fmt: skip
        page = visit(address(url_name, studio.ids[kind]), person=studio)
        page.evaluate("document.querySelectorAll('main details:not([data-menu])').forEach((one) => (one.open = true))")
        inspect(page, f"disclosed-{kind}")


def test_no_page_is_forgotten(visit: Visit, guard: Guard, studio: Person) -> None:
    """Whatever answers GET with a whole page is in one of the lists above."""
    known = {*PUBLIC, *PLAIN, "videos_compare", *(url_name for url_name, _, _ in DETAILS.values())}
    request = visit(person=studio).request
    forgotten = []
    for pattern in urlpatterns:
        name = str(getattr(pattern, "name", ""))
        kind = re.split(r"[_s]", name)[0]
        kinds = {"posts": "live", "post": "live", "target": ""}
        pk = studio.ids.get(kinds.get(kind, kind), "")
        if name in known or len(pattern.pattern.converters) > bool(pk):
            continue
        answer = request.get(address(name, pk), max_redirects=0)
        if answer.status == 200 and answer.text().lstrip().lower().startswith("<!doctype html"):
            forgotten.append(name)
    assert not forgotten, f"Not inspected: {', '.join(forgotten)}"
