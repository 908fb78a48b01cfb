"""Media that the platform fetches by URL, in the background, after the call that named it was committed.

Only hosts named at start are fetched, and the sandbox's own host; on a loopback address any loopback port. Redirects
are refused, as the platforms do.
"""

from __future__ import annotations

import json
import logging
import secrets
import urllib.error
import urllib.request
from functools import partial
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

from sandbox.access import is_loopback
from sandbox.context import Sandbox
from sandbox.http import Call
from sandbox.store import Tx

logger = logging.getLogger("sandbox")

TIMEOUT_S: Final = 30
SIZE_LIMIT: Final = 4 * 1024**3
BLOCK: Final = 1024 * 1024


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def allowed(sandbox: Sandbox, url: str) -> bool:
    """Whether the sandbox may fetch from a URL's host."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    own = urlsplit(sandbox.public_base_url).hostname or ""
    if parts.hostname == own or f"{parts.scheme}://{parts.netloc}" in sandbox.pull_origins:
        return True
    return is_loopback(own) and is_loopback(parts.hostname)


def request(call: Call, unit_id: str, urls: list[str], *, broken: bool = False) -> None:
    """Have URLs fetched for a unit once this call is committed. `broken` lets them fail, by a fault."""
    for position, url in enumerate(urls):
        pull_id = secrets.token_hex(10)
        refused = "the URL cannot be fetched" if broken or not allowed(call.sandbox, url) else ""
        call.tx.insert(
            "pulls",
            {
                "id": pull_id,
                "unit_id": unit_id,
                "platform": call.platform,
                "position": position,
                "url": url,
                "state": "failed" if refused else "pending",
                "problem": refused,
                "created_at": call.now,
            },
        )
        if not refused:
            call.after_commit.append(partial(start, call.sandbox, pull_id, url))
    settle(call.sandbox, call.tx, unit_id)


def settle(sandbox: Sandbox, tx: Tx, unit_id: str) -> None:
    """Tell the platform that a unit's files are all there or have failed; too early it does nothing."""
    rows = tx.all("SELECT * FROM pulls WHERE unit_id = ? ORDER BY position", unit_id)
    unit = tx.one("SELECT * FROM units WHERE id = ?", unit_id)
    if unit is not None and rows and all(row["state"] != "pending" for row in rows):
        sandbox.settlers[unit["platform"]](tx, unit, rows)


def start(sandbox: Sandbox, pull_id: str, url: str) -> None:
    sandbox.fetchers.submit(_run, sandbox, pull_id, url)


def resume(sandbox: Sandbox) -> None:
    """Fetch again what a restart interrupted."""
    with sandbox.store.transaction() as tx:
        waiting = tx.all("SELECT id, url FROM pulls WHERE state = 'pending'")
    for row in waiting:
        start(sandbox, row["id"], row["url"])


def _download(url: str, path: Path) -> int:
    """Fetch a URL into a file; its size. Raises OSError or ValueError."""
    outgoing = urllib.request.Request(url, headers={"User-Agent": "sandbox-fetch/1"})  # noqa: S310 - http(s) only
    size = 0
    with _opener.open(outgoing, timeout=TIMEOUT_S) as answer, path.open("wb") as file:
        while block := answer.read(BLOCK):
            size += len(block)
            if size > SIZE_LIMIT:
                raise ValueError("file too large")
            file.write(block)
    return size


def _run(sandbox: Sandbox, pull_id: str, url: str) -> None:
    spooler = sandbox.spooler
    path = spooler.path(f"pull:{pull_id}")
    spooler.directory.mkdir(parents=True, exist_ok=True)
    changes: dict[str, object]
    try:
        size = (sandbox.fetch or _download)(url, path)
        sealed = spooler.seal(path, size)
        changes = {
            "state": "done",
            "size": size,
            "sha256": sealed.sha256,
            "probe": json.dumps(sealed.probe.as_dict()),
        }
    except (OSError, ValueError, HTTPException, urllib.error.URLError) as error:
        changes = {"state": "failed", "problem": str(error)[:200]}
    finally:
        spooler.drop(path)
    try:
        with sandbox.store.transaction() as tx:
            tx.update("pulls", pull_id, changes)
            row = tx.one("SELECT unit_id FROM pulls WHERE id = ?", pull_id)
            if row is not None:
                settle(sandbox, tx, row["unit_id"])
    except Exception:
        logger.exception("pull %s could not be recorded", pull_id)
