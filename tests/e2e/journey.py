"""The main job, step by step in a browser. Each step leaves the person on the page it ends on."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, WebSocket, expect

from tests.e2e.people import LONG_MS
from tests.e2e.waits import press, settled

SECONDS = 5  # the length that is asked for: small files are quick to make
# Leaving the page stops a player: nothing then.
PLAY = """async (video) => {
  video.muted = true;
  const moved = new Promise((done) => {
    video.addEventListener("timeupdate", () => video.currentTime > 0 && done());
    video.addEventListener("pause", done);
  });
  try {
    await video.play();
    await moved;
  } catch (error) {
    if (video.isConnected) throw error;
  }
  if (!video.isConnected) return null;
  video.pause();
  return [video.videoWidth, video.videoHeight, video.duration];
}"""
TEXT = "Could your balcony feed you? Five herbs that grow in a cup. #balcony #herbs #garden"


class Socket:
    """What arrived over the page's websocket."""

    def __init__(self, page: Page) -> None:
        self.frames: list[str] = []
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: self.frames.append(str(payload)))

    def heard(self, kind: str) -> bool:
        return any(f'"{kind}"' in frame for frame in self.frames)


def mark(page: Page) -> None:
    """Remember this document, to prove later that it was never loaded again."""
    page.evaluate("window.sameDocument = true")


def assert_not_reloaded(page: Page) -> None:
    assert page.evaluate("window.sameDocument === true"), "The page was loaded again."


def watch_analysis(page: Page, title: str) -> None:
    """From the library to the video's page, where the timeline appears by itself."""
    press(page.get_by_role("link", name=title).first)
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    mark(page)
    expect(page.locator("[data-timeline] [data-row]").first).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text("You can leave this page; the work continues.")).to_have_count(0, timeout=LONG_MS)
    assert_not_reloaded(page)


def make_strategy(page: Page) -> None:
    """From the video's page to a finished strategy."""
    page.get_by_role("link", name="Use in a strategy").click()
    expect(page.get_by_role("heading", level=1, name="New strategy")).to_be_visible()
    expect(page.locator("input[name=videos]:checked")).to_have_count(1)
    page.get_by_label("Niche").fill("home gardening")
    page.get_by_role("button", name="Make the strategy").click()
    page.wait_for_url(re.compile(r"/strategies/[0-9a-f-]{36}/"))
    expect(page.locator("article section h2").first).to_be_visible(timeout=LONG_MS)


def write_script(page: Page, concept: str) -> None:
    """From the strategy's page to a script with timed segments."""
    page.get_by_role("link", name="Write a script").click()
    page.get_by_label("Concept").fill(concept)
    page.get_by_label("What it should say").fill("Basil likes sun\nMint likes shade")
    page.get_by_label("Length in seconds").fill("6")
    page.get_by_role("button", name="Write the script").click()
    page.wait_for_url(re.compile(r"/scripts/[0-9a-f-]{36}/"))
    expect(page.locator("[data-script-row]").first).to_be_visible(timeout=LONG_MS)


def plan_edit(page: Page, title: str) -> None:
    """From the script's page to an edit with three formats, at its preview step."""
    page.get_by_role("link", name="Send to edit").click()
    option = page.locator("select[name=video] option", has_text=title).first.get_attribute("value")
    page.get_by_label("Video", exact=True).select_option(option)
    expect(page.locator("select[name=script]"), "The script is chosen already.").not_to_have_value("")
    page.get_by_label("Length in seconds").fill(str(SECONDS))
    page.get_by_role("button", name="Next: formats").click()
    for shape in ("Vertical 9:16", "Square 1:1", "Wide 16:9"):
        expect(page.get_by_role("checkbox", name=shape)).to_be_checked()
    page.get_by_role("button", name="Next: preview").click()
    page.wait_for_url(re.compile(r"/edits/[0-9a-f-]{36}/\?step=preview$"))
    settled(page)


def make_files(page: Page) -> Locator:
    """Make the files and see them appear."""
    press(page.get_by_role("button", name="Make the files"))
    page.wait_for_url(re.compile(r"/edits/[0-9a-f-]{36}/$"))
    mark(page)
    players = page.locator("li video")
    expect(players).to_have_count(3, timeout=LONG_MS)
    expect(page.get_by_role("button", name="Make again")).to_have_count(3, timeout=LONG_MS)
    assert_not_reloaded(page)
    return players


def plays(player: Locator) -> tuple[int, int, float]:
    """Play a moment of it without sound; its width, height and length. A player that news replaced is played again."""
    for _ in range(10):
        found: list[float] | None = player.evaluate(PLAY)
        if found:
            return int(found[0]), int(found[1]), found[2]
    raise AssertionError("The player is replaced again and again.")


def compose(page: Page, text: str = TEXT) -> None:
    """Fill the composer for all accounts: the shared text, then what each platform requires of a person."""
    page.wait_for_load_state()
    page.locator("textarea[name=text]").fill(text)
    for part in page.locator("section.panel", has=page.locator("input[name$='-use']")).all():
        part.locator("input[name$='-use']").check()
        part.locator("label.chip-choice", has_text=re.compile(r"^\s*(Everyone|Public)\s*$")).click()
        if part.locator("input[name$='-made_for_kids']").count():
            part.locator("label.chip-choice", has_text="No, it is not made for kids").click()


def publish(page: Page) -> None:
    """Send it and watch both accounts become live."""
    press(page.get_by_role("button", name="Publish or schedule"))
    page.wait_for_url(re.compile(r"/posts/[0-9a-f-]{36}/"))
    mark(page)
    expect(page.locator("[id^=target-]").get_by_text("Published", exact=True)).to_have_count(2, timeout=LONG_MS)
    assert_not_reloaded(page)


def download(page: Page, link: Locator, to: Path) -> Path:
    with page.expect_download() as waiting:
        press(link)
    waiting.value.save_as(to)
    return to
