"""A sandbox over a temporary file, with a clock that only moves when told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from sandbox.app import SandboxApp, create_app
from tests.sandbox.transport import SandboxTransport
from tests.waits import until

BASE = "http://sandbox.test/sandbox"
CALLBACK = "https://app.test/callback"
START = 1_790_000_000.0


async def _anybody(scope: Any) -> bool:
    """The made-up host of these tests is not this machine."""
    return True


class Box:
    """A running sandbox with a client, its control API at hand."""

    def __init__(self, app: SandboxApp, served: dict[str, bytes]) -> None:
        self.app = app
        self.served = served
        self.transport = SandboxTransport(app)
        self.http = httpx.Client(transport=self.transport, base_url=BASE, timeout=30)

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.http.get(f"/_control/{path}") if body is None else self.http.post(f"/_control/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def advance(self, seconds: float) -> None:
        self.control("clock/advance", {"seconds": seconds})

    def fault(self, kind: str, **more: Any) -> None:
        self.control("faults", {"kind": kind, **more})

    def counts(self, account_id: str) -> dict[str, Any]:
        rows: list[dict[str, Any]] = self.control("counts")["accounts"]
        return next(row for row in rows if row["id"] == account_id)

    def consent(self, host_path: str, account: str, query: dict[str, str], **form: Any) -> dict[str, str]:
        """Press Allow on an authorize page; what the redirect carries."""
        url = f"/{host_path}?{urlencode({'redirect_uri': CALLBACK, 'response_type': 'code', 'state': 's1', **query})}"
        page = self.http.get(url)
        assert page.status_code == 200, page.text
        answer = self.http.post(url, data={"account": account, "decision": "allow", **form})
        assert answer.status_code == 303, answer.text
        location = answer.headers["location"]
        assert location.startswith(CALLBACK)
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    def serve(self, url: str, data: bytes) -> str:
        """Have a URL answer with these bytes when the sandbox fetches it."""
        self.served[url] = data
        return url

    def settled(self) -> None:
        """Wait until everything that was to be fetched is fetched."""
        until(lambda: not self.control("counts")["totals"]["pulls_pending"], "the pulls to end")

    def close(self) -> None:
        self.http.close()  # closes the transport, and so its loop
        self.app.close()


@pytest.fixture
def make_box(tmp_path: Path) -> Iterator[Callable[..., Box]]:
    boxes: list[Box] = []

    def make(**options: Any) -> Box:
        options.setdefault("clock", lambda: START)
        served: dict[str, bytes] = {}

        def fetch(url: str, path: Path) -> int:
            if url not in served:
                raise OSError("not found")
            return path.write_bytes(served[url])

        options.setdefault("fetch", fetch)
        options.setdefault("admits", _anybody)
        box = Box(create_app(tmp_path / "sandbox.sqlite3", BASE, **options), served)
        boxes.append(box)
        return box

    yield make
    for box in boxes:
        box.close()


@pytest.fixture
def box(make_box: Callable[..., Box]) -> Box:
    return make_box()
