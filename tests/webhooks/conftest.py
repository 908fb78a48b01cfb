"""A receiver on this machine that notes what it gets and answers as it is told, and endpoints that lead to it."""

import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from webhooks import calls
from webhooks.models import WebhookEndpoint
from webhooks.services import endpoints


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """`answers` are what it says next, `(status, headers, body)` each; then 200."""

    url: str = ""
    got: list[Received] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    behave: Callable[[Any], None] | None = None
    on_request: Callable[[], None] | None = None

    def will(self, status: int, body: bytes = b"", times: int = 1, **headers: str) -> None:
        self.answers += [(status, headers, body)] * times

    @property
    def ids(self) -> list[str]:
        return [each.headers["webhook-id"] for each in self.got]


@pytest.fixture
def receiver(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """It stands at http://127.0.0.1, which the operator of these tests trusts. A busy machine may make it slow."""
    monkeypatch.setattr(calls, "TIMEOUT_S", 60.0)
    found = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            names = {name.lower(): value for name, value in self.headers.items()}
            found.got.append(Received(self.path, names, body))
            if found.on_request is not None:
                found.on_request()
            if found.behave is not None:
                found.behave(self)
                return
            status, headers, answer = found.answers.pop(0) if found.answers else (200, {}, b"thanks")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    settings.WEBHOOK_TRUSTED_URLS = [found.url]
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def make_endpoint(in_workspace: SimpleNamespace, receiver: Receiver) -> Callable[..., WebhookEndpoint]:
    """An endpoint of Alice's workspace that leads to the receiver; `row.secret` is its secret in the clear."""

    def make(path: str = "/hook", **given: Any) -> WebhookEndpoint:
        row, secret = endpoints.create(actor=in_workspace.alice_actor, url=f"{receiver.url}{path}", **given)
        row.secret = secret  # type: ignore[attr-defined]
        return row

    return make
