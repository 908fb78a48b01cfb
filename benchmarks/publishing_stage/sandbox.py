"""The sandbox of a run: a process of its own by the shared clock, and the client of its control API."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Box:
    """A running sandbox."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = httpx.Client(timeout=120)

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        url = f"{self.base}/_control/{path}"
        answer = self.http.get(url) if body is None else self.http.post(url, json=body)
        if answer.status_code >= 300:
            raise RuntimeError(f"The sandbox's control answered {answer.status_code}: {answer.text[:300]}")
        return answer.json() if answer.content else None

    def allow(self, auth_url: str, account: str, **form: Any) -> dict[str, str]:
        """Press Allow on the consent page; what the way back carries."""
        answer = self.http.post(auth_url, data={"account": account, "decision": "allow", **form})
        if answer.status_code != 303:
            raise RuntimeError(f"The consent page answered {answer.status_code}: {answer.text[:300]}")
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def posts(self) -> Iterator[dict[str, Any]]:
        """Everything it holds as posted."""
        offset = 0
        while True:
            rows = self.control(f"posts?limit=500&offset={offset}")["posts"]
            yield from rows
            offset += len(rows)
            if len(rows) < 500:
                return


@contextmanager
def running(folder: Path, port: int) -> Iterator[Box]:
    """A sandbox on a port, until the block ends."""
    log = (folder / "sandbox.log").open("ab")
    argv = [sys.executable, "-m", "benchmarks.publishing_stage.serve", str(folder / "sandbox.sqlite3"), str(port)]
    process = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"The sandbox did not start; see {log.name}.")
            time.sleep(0.1)
        yield Box(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()
        log.close()
