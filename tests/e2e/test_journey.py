"""From a video and nothing else to published posts with numbers, by hand in a browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import journey
from tests.e2e.conftest import Visit
from tests.e2e.people import LONG_MS, Person, connect, sign_up, title_of, upload
from tests.e2e.product import Product
from tests.waits import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

CONCEPT = "Three herbs for a balcony"


def test_the_whole_loop(visit: Visit, running: Product, clip: Path, tmp_path: Path) -> None:
    running.sandbox("settings", {"audience.speed": 3600})
    title = title_of(clip)
    page = visit(timezone_id="Europe/Paris")
    socket = journey.Socket(page)

    sign_up(page, running, Person())
    upload(page, running, clip)
    journey.watch_analysis(page, title)
    assert socket.heard("job.progress"), "Progress came over the websocket."

    journey.make_strategy(page)
    journey.write_script(page, CONCEPT)
    journey.plan_edit(page, title)
    socket.frames.clear()
    players = journey.make_files(page)
    assert socket.heard("job.progress"), "The render's progress came over the websocket."
    shapes = [journey.plays(players.nth(number)) for number in range(3)]
    assert sorted(width > height for width, height, _ in shapes) == [False, False, True]
    assert any(width == height for width, height, _ in shapes)
    assert all(abs(seconds - journey.SECONDS) < 0.25 for *_, seconds in shapes)
    saved = journey.download(page, page.get_by_role("link", name=re.compile("^Download")).first, tmp_path / "made.mp4")
    assert saved.read_bytes()[4:8] == b"ftyp"
    edit_url = page.url

    connect(page, running, "TikTok", "tt-lumen")
    connect(page, running, "YouTube", "UCluMenStudioSandbox0001")
    page.goto(edit_url)
    page.get_by_role("link", name=re.compile("^Post .*9:16")).first.click()
    expect(page.locator("input[name=media]:checked")).to_have_count(1)
    journey.compose(page)
    journey.publish(page)
    expect(page.get_by_role("link", name=re.compile("^Open on TikTok"))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Open on YouTube"))).to_be_visible()

    page.goto("/analytics/")
    platforms = page.get_by_role("table", name="Numbers by platform").get_by_role("row")
    views = page.locator(".stat-tile", has_text="Views").locator("dd").first

    def watched() -> bool:
        page.reload()
        return platforms.count() >= 3 and views.inner_text() not in {"—", "0"}

    until(watched, "numbers of both platforms, and somebody who watched", seconds=LONG_MS / 1000, every_s=1.0)
    page.goto("/dashboard/")
    expect(page.get_by_role("heading", name="Top posts")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Could your balcony"))).not_to_have_count(0)
