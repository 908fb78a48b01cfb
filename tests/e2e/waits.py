"""Waiting for what a page does by itself, so that nothing is looked at or pressed while it is being replaced."""

from playwright.sync_api import Locator, Page, expect

# A part that is being fetched, or that is fetched a moment after the page is there.
_UNDERWAY = "[hx-get][aria-busy=true], [hx-post][aria-busy=true], #preflight:empty"


def settled(page: Page) -> None:
    """The page is loaded, hears its topics and has fetched what it fetches by itself: from here only news change it."""
    page.wait_for_load_state()
    expect(page.locator("body[data-live], body:not([data-signed-in])")).to_have_count(1)
    expect(page.locator(_UNDERWAY)).to_have_count(0)


def press(target: Locator) -> None:
    """Click what news may replace or move at any moment: once it could be clicked, it is found and clicked in one step.

    A click of the mouse goes down and up, and what was replaced in between was not clicked.
    """
    target.click(trial=True)
    target.dispatch_event("click")
