"""What a handler sees of a request and what it answers: plain values, so that it can run in a worker thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sandbox.faults import Fault
from sandbox.spool import Sealed
from sandbox.store import Tx

if TYPE_CHECKING:
    from sandbox.context import Sandbox


@dataclass(frozen=True)
class Reply:
    """One answer. A dict or list body is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def ok(self) -> bool:
        return self.status < 400

    def with_headers(self, extra: Mapping[str, str]) -> Reply:
        return Reply(self.status, self.body, {**self.headers, **extra}, self.media_type)


class Refusal(Exception):
    """A platform's refusal in its native shape. What the handler wrote before it stays written."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Injected(Exception):
    """A fault that a magic caption tag asks for, raised before anything was decided: the handler's work is undone."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.key = key


@dataclass(frozen=True)
class Spool:
    """Where the bytes of an upload request go."""

    path: Path
    offset: int
    limit: int
    total: int
    keep: bool = False
    """Parts may come in any order: what lies behind the offset stays."""


@dataclass(frozen=True)
class Arrived:
    """What one upload request brought: bytes written from the spool's offset; the hash once the file is whole."""

    size: int
    sealed: Sealed | None = None


@dataclass(frozen=True)
class FilePart:
    """A file of a multipart form."""

    file: BinaryIO
    size: int
    content_type: str


@dataclass
class Call:
    """A request, decoded. `tx` is open while a handler runs."""

    sandbox: Sandbox
    platform: str
    step: str
    method: str
    host: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)
    form_lists: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, FilePart] = field(default_factory=dict)
    json: Any = None
    body: bytes = b""
    arrived: Arrived | None = None
    tx: Tx = field(init=False)
    account_id: str = ""
    grant_id: str = ""
    note: str = ""
    after_fault: str = ""
    unit_faults: list[Fault] = field(default_factory=list)
    extra_headers: dict[str, str] = field(default_factory=dict)
    after_commit: list[Callable[[], object]] = field(default_factory=list)

    @property
    def now(self) -> float:
        return self.tx.now

    @property
    def bearer(self) -> str:
        """The token of an `Authorization: Bearer` (or Meta's `OAuth`) header, else an empty string."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() in {"bearer", "oauth"} else ""

    def object(self) -> dict[str, Any]:
        """The JSON body as an object; anything else counts as empty."""
        return self.json if isinstance(self.json, dict) else {}

    def part(self, name: str) -> dict[str, Any]:
        """An object inside the JSON body; anything else counts as empty."""
        value = self.object().get(name)
        return value if isinstance(value, dict) else {}

    def url(self, host_path: str) -> str:
        """An address of this sandbox for an outside `host/path`."""
        return f"{self.sandbox.public_base_url}/{host_path}"


Handler = Callable[[Call], Reply]
Gate = Callable[[Call], Spool]
