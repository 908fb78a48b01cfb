"""The calendar in the browser: by mouse, by touch and by key; undone, refused, and seen by others."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.guard import Guard
from tests.e2e.people import Person
from tests.e2e.studio import OPTIONS, ZONE, Api
from tests.e2e.waits import settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def _plan(page: Page, studio: Person, text: str, *, days: int, hour: int = 18) -> tuple[str, datetime]:
    """A post planned through the API; its id and wall time."""
    api = Api(page)
    [rendition, *_] = api.get(f"edits/{studio.ids['edit']}")["renditions"]
    wall = datetime.now(ZoneInfo(ZONE)).replace(hour=hour, minute=30, second=0, microsecond=0) + timedelta(days=days)
    when = {"wall_time": wall.strftime("%Y-%m-%dT%H:%M"), "timezone": ZONE}
    common: dict[str, Any] = {"rendition_id": rendition["id"], "platforms": list(OPTIONS), "platform_options": OPTIONS}
    post = api.post("posts/schedule", **common, content=text, title="On the calendar", **when)
    return str(post.get("post_id") or post["id"]), wall


def _entry(page: Page, post: str) -> Locator:
    return page.locator(f"[data-move='/posts/{post}/move/']")


def _cell(page: Page, wall: datetime, *, hour: bool = False) -> Locator:
    return page.locator(f"#cell-{wall:%Y-%m-%d}" + (f"T{wall:%H}" if hour else ""))


def _open(page: Page, view: str, wall: datetime) -> None:
    page.goto(f"/schedule/?view={view}&date={wall:%Y-%m-%d}")
    settled(page)


def _drag(page: Page, item: Locator, target: Locator) -> None:
    item.scroll_into_view_if_needed()
    start, end = item.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 20, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 20, steps=3)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=6)
    expect(page.locator(".drag-ghost")).to_be_visible()
    page.mouse.up()


def test_a_post_is_dragged_to_another_day_and_back_by_undo(visit: Visit, studio: Person) -> None:
    page = visit("/dashboard/", person=studio)
    post, wall = _plan(page, studio, "Dragged by mouse", days=40)
    _open(page, "month", wall)
    # A neighbour in the same week row, so that both are in view.
    other = wall + timedelta(days=1 if wall.weekday() != 6 else -1)
    _drag(page, _entry(page, post), _cell(page, other))
    expect(_cell(page, other).locator(_entry(page, post))).to_be_visible()
    expect(page.get_by_text(re.compile(rf"Moved to {other:%a} {other.day} {other:%b}, 18:30"))).to_be_visible()
    page.reload()
    settled(page)
    _drag(page, _entry(page, post), _cell(page, wall))
    expect(_cell(page, wall).locator(_entry(page, post))).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(_cell(page, other).locator(_entry(page, post))).to_be_visible()


def test_a_finger_that_rests_moves_a_post(visit: Visit, studio: Person) -> None:
    page = visit("/dashboard/", person=studio, width=768, has_touch=True)
    post, wall = _plan(page, studio, "Dragged by touch", days=41)
    _open(page, "month", wall)
    other = wall + timedelta(days=1 if wall.weekday() != 6 else -1)
    item = _entry(page, post)
    item.scroll_into_view_if_needed()
    start, end = item.bounding_box(), _cell(page, other).bounding_box()
    assert start is not None
    assert end is not None
    session = page.context.new_cdp_session(page)

    def touch(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    at = (start["x"] + 15, start["y"] + 8)
    to = (end["x"] + end["width"] / 2, end["y"] + end["height"] / 2)
    touch("touchStart", *at)
    expect(page.locator(".drag-ghost")).to_be_visible()
    for step in range(1, 7):
        touch("touchMove", at[0] + (to[0] - at[0]) * step / 6, at[1] + (to[1] - at[1]) * step / 6)
    touch("touchEnd", *to)
    expect(_cell(page, other).locator(_entry(page, post))).to_be_visible()
    expect(page.get_by_text(re.compile(rf"Moved to {other:%a} {other.day}"))).to_be_visible()


def test_keys_move_a_post_by_days_and_quarters_of_an_hour(visit: Visit, studio: Person) -> None:
    page = visit("/dashboard/", person=studio)
    post, wall = _plan(page, studio, "Moved by keys", days=42)
    _open(page, "week", wall)
    there = wall + timedelta(days=1 if wall.weekday() != 6 else -1)
    _entry(page, post).locator("a").first.focus()
    page.keyboard.press("Alt+ArrowRight" if there > wall else "Alt+ArrowLeft")
    for _ in range(3):
        page.keyboard.press("Alt+ArrowDown")
    there += timedelta(minutes=45)
    expect(_cell(page, there, hour=True).locator(_entry(page, post))).to_be_visible()
    expect(page.get_by_text(re.compile(rf"Moved to {there:%a} {there.day} {there:%b}, 19:15"))).to_be_visible()
    expect(_entry(page, post).locator("a").first).to_be_focused()


def test_move_to_is_a_dialog_that_asks_for_day_time_and_zone(visit: Visit, studio: Person) -> None:
    page = visit("/dashboard/", person=studio)
    post, wall = _plan(page, studio, "Moved by dialog", days=43)
    _open(page, "list", wall)
    _entry(page, post).get_by_role("link", name="Move to…").click()
    dialog = page.get_by_role("dialog", name="Move to…")
    expect(dialog.get_by_label("Date and time")).to_have_value(wall.strftime("%Y-%m-%dT%H:%M"))
    there = wall + timedelta(days=2)
    dialog.get_by_label("Date and time").fill(there.strftime("%Y-%m-%dT%H:%M"))
    dialog.get_by_role("button", name="Set this time").click()
    expect(dialog).to_be_hidden()
    expect(_cell(page, there).locator(_entry(page, post))).to_be_visible()


def test_a_move_that_is_refused_goes_back_and_says_why(visit: Visit, studio: Person, guard: Guard) -> None:
    page = visit("/dashboard/", person=studio)
    post, wall = _plan(page, studio, "Refused", days=44)
    _open(page, "month", wall)
    other = wall + timedelta(days=1 if wall.weekday() != 6 else -1)
    # Another door moves it first; this page, cut off from the news, still shows the former time.
    page.route("**/schedule/cells/**", lambda route: route.fulfill(status=204))
    elsewhere = (wall + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    Api(page).post(f"posts/{post}/schedule", wall_time=elsewhere, timezone=ZONE)
    with guard.allow(409):
        _drag(page, _entry(page, post), _cell(page, other))
        expect(page.get_by_text("Somebody else gave this post another time")).to_be_visible()
    expect(_cell(page, wall).locator(_entry(page, post))).to_be_visible()


def test_what_has_gone_out_keeps_its_time_and_says_so(visit: Visit, studio: Person) -> None:
    page = visit(f"/schedule/?view=month&date={datetime.now(ZoneInfo(ZONE)):%Y-%m-%d}", person=studio)
    settled(page)
    entry = _entry(page, studio.ids["live"])
    entry.locator("a").first.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_text("This is published, so its time stays.")).to_be_visible()


def test_others_see_a_move_within_two_seconds(visit: Visit, studio: Person) -> None:
    mine = visit("/dashboard/", person=studio)
    post, wall = _plan(mine, studio, "Seen by others", days=45)
    theirs = visit(f"/schedule/?view=month&date={wall:%Y-%m-%d}", person=studio)
    settled(theirs)
    _open(mine, "month", wall)
    other = wall + timedelta(days=1 if wall.weekday() != 6 else -1)
    expect(_cell(theirs, wall).locator(_entry(theirs, post))).to_be_visible()
    _drag(mine, _entry(mine, post), _cell(mine, other))
    expect(mine.get_by_text(re.compile("Moved to"))).to_be_visible()
    expect(_cell(theirs, other).locator(_entry(theirs, post))).to_be_visible(timeout=2_000)


def test_a_draft_dropped_on_a_day_asks_for_its_time(visit: Visit, studio: Person) -> None:
    page = visit("/dashboard/", person=studio)
    wall = datetime.now(ZoneInfo(ZONE)) + timedelta(days=46)
    _open(page, "month", wall)
    draft = page.locator(f"#draft-{studio.ids['draft']}")
    _drag(page, draft, _cell(page, wall))
    dialog = page.get_by_role("dialog", name="Move to…")
    expect(dialog.get_by_label("Date and time")).to_have_value(wall.strftime("%Y-%m-%dT09:00"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_filters_stay_in_the_address(visit: Visit, studio: Person) -> None:
    page = visit("/schedule/?view=month", person=studio)
    settled(page)
    page.get_by_text("Filters").click()
    page.locator("label.chip-choice", has_text="YouTube").last.click()
    expect(page).to_have_url(re.compile(r"[?&](platform=youtube|account=)"))
    expect(page.get_by_text("Filters (1)")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Filters (1)")).to_be_visible()
