"""The product runs once for the session; each test gets a browser context that is watched."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e import clips, product
from tests.e2e import studio as studios
from tests.e2e.guard import Guard
from tests.e2e.people import Person, sign_up

# What keeps Chromium from talking to anyone but the product.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

PATIENCE_MS = 60_000  # for one step of a browser on a busy machine
expect.set_options(timeout=PATIENCE_MS)

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[product.Product]:
    """The product as a person would start it."""
    found = product.run(tmp_path_factory.mktemp("product"))
    yield found
    found.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session: the system's, else the one Playwright brings."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser"),
            args=FLAGS,
        )
        yield chromium
        chromium.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failure shows what the processes wrote."""
    report = yield
    found = getattr(item, "funcargs", {}).get("running")
    if report.failed and found is not None:
        report.sections.append(("The product's processes", found.said()))
    return report


@pytest.fixture
def guard() -> Iterator[Guard]:
    """Fails the test when any of its pages complained."""
    watching = Guard()
    yield watching
    watching.check()


@pytest.fixture
def visit(browser: Browser, running: product.Product, guard: Guard) -> Iterator[Visit]:
    """Opens a watched page: `visit("/path", person=…, width=…, **context options)`."""
    contexts: list[BrowserContext] = []

    def open_page(path: str = "", *, person: Person | None = None, width: int = 1280, **options: object) -> Page:
        height = 740 if width < 600 else 800
        if person is not None:
            options["storage_state"] = person.state
        context = browser.new_context(
            base_url=running.url, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        guard.watch(context)
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _person(browser: Browser, running: product.Product, name: str) -> Person:
    person = Person(name=name)
    context = browser.new_context(base_url=running.url, timezone_id="Europe/Paris")
    context.set_default_timeout(PATIENCE_MS)
    sign_up(context.new_page(), running, person)
    context.close()
    return person


@pytest.fixture(scope="session")
def newcomer(browser: Browser, running: product.Product) -> Person:
    """Signed up and nothing else; tests must leave this person's workspace empty."""
    return _person(browser, running, "Nora Newcomer")


@pytest.fixture
def someone(browser: Browser, running: product.Product) -> Person:
    """Signed up for this test alone."""
    return _person(browser, running, "Sam Someone")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.make(tmp_path_factory.mktemp("clips") / "balcony-garden.mp4")


@pytest.fixture(scope="session")
def studio(browser: Browser, running: product.Product, clip: Path) -> Person:
    """A person whose workspace has everything; tests may add to it, but change nothing that is there."""
    person = Person(name="Stella Studio")
    context = browser.new_context(base_url=running.url)
    context.set_default_timeout(PATIENCE_MS)
    studios.fill(context.new_page(), running, clip, person)
    context.close()
    return person
