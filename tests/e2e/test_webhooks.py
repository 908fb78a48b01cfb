"""An admin gives an address, sees its secret once, and follows a message to it."""

import http.server
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from tests.e2e import axe
from tests.e2e.conftest import Visit
from tests.e2e.guard import Guard, overflow
from tests.e2e.people import Person
from tests.e2e.product import Product
from tests.e2e.waits import press, settled
from tests.waits import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def received(running: Product) -> Iterator[list[tuple[dict[str, str], bytes]]]:
    """What comes at the one address of this machine where webhooks may go."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", urlsplit(running.receiver_url).port or 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield got
    server.shutdown()
    server.server_close()


def _delivered(page: Page) -> bool:
    """Whether the receipt says so when it is loaded again."""
    page.reload()
    return page.locator("[data-state=delivered]").count() == 1


def inspect(page: Page) -> None:
    """Nothing for axe to find, and nothing wider than the window, on a desk and on a phone."""
    settled(page)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe.findings(page) == []
        assert not overflow(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_endpoint_from_its_making_to_a_replay(
    visit: Visit, running: Product, guard: Guard, someone: Person, received: list, scripts: bool
) -> None:
    page = visit("/settings/webhooks/new/", person=someone, java_script_enabled=scripts)
    page.get_by_label("Address").fill("https://10.0.0.1/hook")
    with guard.allow(422):
        page.get_by_role("button", name="Create endpoint").click()
        expect(page.locator(".field-error")).to_contain_text("not a public internet address")
    page.get_by_label("Address").fill(f"{running.receiver_url}/{scripts}")
    page.get_by_label("Description").fill("Our CRM")
    page.get_by_role("button", name="Create endpoint").click()
    expect(page.get_by_role("heading", level=1, name="Our CRM")).to_be_visible()
    secret = page.get_by_label("Secret").input_value()
    if scripts:
        inspect(page)
    page.reload()
    expect(page.get_by_label("Secret")).to_have_count(0)
    page.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_role("heading", level=1, name="webhook.test")).to_be_visible()
    if scripts:
        settled(page)
        expect(page.locator("[data-state=delivered]")).to_be_visible()
        press(page.get_by_role("button", name="Replay"))
    else:
        until(lambda: _delivered(page), "the message to be delivered", every_s=0.3)
        page.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("The message is sent again, with its former id.")).to_be_visible()
    until(lambda: len(received) == 2 and _delivered(page), "the replay to be delivered", every_s=0.3)
    (first, body), (again, _) = received
    assert Webhook(secret).verify(body, first)["type"] == "webhook.test"
    assert first["webhook-id"] == again["webhook-id"]
    if scripts:
        page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")
        inspect(page)
    page.goto("/settings/webhooks/deliveries/?status=delivered")
    expect(page.get_by_role("link", name="webhook.test").first).to_be_visible()
    if scripts:
        inspect(page)
