"""What all handlers share: the state, the accepted credentials, the public address, the spool and the fetcher."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.access import Admits, nobody
from sandbox.credentials import Credentials
from sandbox.spool import Spooler
from sandbox.store import Row, Store, Tx

Settler = Callable[[Tx, Row, list[Row]], None]
"""Called with the open transaction, the unit and its pulls in order."""


@dataclass
class Sandbox:
    store: Store
    credentials: Credentials
    public_base_url: str
    spooler: Spooler
    pull_origins: tuple[str, ...] = ()
    admits: Admits = nobody
    """Who besides this machine may use the controls."""
    workers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(6, "sandbox"))
    fetchers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "sandbox-fetch"))
    settlers: dict[str, Settler] = field(default_factory=dict)
    """Per platform: what to do with a unit once all its pulled files are there or have failed."""
    fetch: Callable[[str, Path], int] | None = None
    """Replaces the fetching of pulled URLs in tests: writes the bytes to the path and returns their number."""

    def close(self) -> None:
        self.fetchers.shutdown(wait=False, cancel_futures=True)
        self.workers.shutdown(wait=True, cancel_futures=True)
        self.store.close()
