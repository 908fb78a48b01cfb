"""Someone at a browser, and the steps that many tests share."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.e2e.product import Product

PASSWORD = "seven brave otters swim"
LONG_MS = 120_000  # the longest any background work may take on a busy machine


@dataclass
class Person:
    """An account that exists in the product, with the cookies of its signed-in browser."""

    name: str = "Robin Maker"
    email: str = field(default_factory=lambda: f"robin-{uuid4().hex[:12]}@example.com")
    state: dict[str, object] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


def sign_up(page: Page, product: Product, person: Person) -> None:
    """By the form, as anyone would."""
    page.goto(f"{product.url}/account/signup/")
    page.get_by_label("Your name").fill(person.name)
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
    person.state = dict(page.context.storage_state())


def title_of(clip: Path) -> str:
    """The title that the library makes from a file's name."""
    return clip.stem.replace("-", " ")


def upload(page: Page, product: Product, clip: Path) -> None:
    """Through the tray, until the file is the library's."""
    page.goto(f"{product.url}/videos/upload/")
    page.locator("[data-upload-input]").set_input_files(clip)
    page.wait_for_url(re.compile(r"/videos/$"), timeout=LONG_MS)
    expect(page.get_by_role("link", name=title_of(clip))).to_be_visible(timeout=LONG_MS)


def connect(page: Page, product: Product, platform: str, account: str) -> None:
    """Through the platform's consent page in the sandbox."""
    page.goto(f"{product.url}/settings/connections/")
    page.get_by_role("button", name=f"Connect {platform}").click()
    page.get_by_text(re.compile("Sandbox: not the real platform")).wait_for()
    page.locator(f"input[name=account][value='{account}']").check()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(re.compile(r"/settings/connections/"))
