"""One outside call: sent through the guarded client, answered, or not.

A bearer token goes only to the platform's configured hosts. Addresses that a platform hands out (`upload_url`,
`Location`) are used only when their host is on the platform's list.
"""

import base64
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from core import clock
from core import http as core_http
from core.logging import redact
from publishing.platforms.errors import ErrorKind, NoAnswer, NotSent, PlatformError

_WORDS_LIMIT = 2000
# A Date header has whole seconds, and an answer its way to go: less is no distance between clocks.
_NO_DISTANCE = timedelta(seconds=5)
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    distance: timedelta = timedelta()
    """The platform's clock minus ours; zero when it is not known or too small to matter."""

    def ours(self, instant: datetime) -> datetime:
        """An instant that the platform named, by our clock."""
        return instant - self.distance

    def json(self) -> dict[str, Any]:
        """The body as an object; anything else counts as empty."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def words(self) -> str:
        """The body as text, cut and without anything that looks like a credential."""
        return redact(self.body[:_WORDS_LIMIT].decode(errors="replace"))

    @property
    def retry_after_s(self) -> int | None:
        """Seconds of a Retry-After header in its numeric form."""
        value = self.headers.get("retry-after", "")
        return int(value) if value.isdigit() else None


class Caller:
    """Makes calls to one platform. `app` names the entry of `PLATFORMS` to use when it is not the platform's own."""

    def __init__(self, platform: str, client: httpx.Client | None = None, *, app: str = "") -> None:
        self.platform = platform
        self.app = app or platform
        self.rest_until: datetime | None = None
        """Set by an adapter when the platform says that an allowance is nearly used up."""
        self.distance: timedelta | None = None
        """The platform's clock minus ours, by the Date header of the latest answer; None until one had it."""
        self._config = settings.PLATFORMS[self.app]
        self._client = client or core_http.client()

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def client_id(self) -> str:
        return str(self._config["client_id"])

    @property
    def client_secret(self) -> str:
        return str(self._config["client_secret"])

    @property
    def basic(self) -> dict[str, str]:
        """The header by which a confidential client proves itself (HTTP Basic)."""
        pair = f"{self.client_id}:{self.client_secret}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def option(self, name: str) -> str:
        """A further setting of the platform (an API version)."""
        return str(self._config[name])

    def flag(self, name: str) -> bool:
        """A further setting that is on or off."""
        return bool(self._config[name])

    def url(self, role: str, path: str) -> str:
        """An address on one of the platform's configured hosts."""
        return f"{self._config['urls'][role]}{path}"

    def issued(self, url: str) -> str:
        """A server-issued address, if its host is on the platform's list."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        allowed = {f"{p.scheme}://{p.netloc}" for p in map(urlsplit, self._config["urls"].values())}
        host = parts.hostname or ""
        listed = any(host.endswith(suffix) for suffix in self._config.get("issued_suffixes", ()))
        if origin in allowed or (parts.scheme == "https" and listed and not parts.username and not parts.password):
            return url
        raise PlatformError(
            ErrorKind.REJECTED,
            "The platform named an upload address on an unknown host; nothing was sent there.",
            words=f"host {host}",
            code="issued_host_unknown",
        )

    def theirs(self, instant: datetime) -> datetime:
        """An instant of ours by the platform's clock, for comparing it with what the latest answer lists."""
        return instant + self._notable()

    def _notable(self) -> timedelta:
        found = self.distance or timedelta()
        return found if abs(found) >= _NO_DISTANCE else timedelta()

    def _measure(self, headers: httpx.Headers) -> None:
        """Compare clocks. Of several Date headers the last is the platform's own; one from a cache says nothing."""
        dates = headers.get_list("date")
        if not dates or "age" in headers:
            return
        try:
            stated = parsedate_to_datetime(dates[-1])
        except ValueError:
            return
        self.distance = (stated if stated.tzinfo else stated.replace(tzinfo=UTC)) - clock.now()

    def call(
        self,
        method: str,
        url: str,
        *,
        bearer: str = "",
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: Any = None,
        content: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 60.0,
    ) -> Answer:
        """Send one request. `NotSent` when no connection came about, `NoAnswer` when the answer is missing."""
        given = dict(headers or {})
        if bearer:
            given["Authorization"] = f"Bearer {bearer}"
        if body is not None:
            given["Content-Type"] = "application/json; charset=UTF-8"
            content = json.dumps(body, ensure_ascii=False).encode()
        try:
            response = self._client.request(
                method,
                url,
                params=dict(params) if params else None,
                data=dict(form) if form is not None else None,
                content=_chunks(content),
                headers=given,
                timeout=httpx.Timeout(timeout_s, connect=10.0),
            )
        except _BEFORE_SENDING as error:
            raise NotSent(type(error).__name__) from None
        except (httpx.TransportError, httpx.StreamError) as error:
            raise NoAnswer(type(error).__name__) from None
        self._measure(response.headers)
        return Answer(response.status_code, response.headers, response.content, self._notable())


def multipart(
    fields: Mapping[str, str], name: str, content: Iterable[bytes], length: int
) -> tuple[dict[str, str], Iterator[bytes]]:
    """Headers and body of a form with one file of `length` bytes, streamed; its size is stated, nothing is held."""
    boundary = secrets.token_hex(16)
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    )
    head += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
    head += "Content-Type: application/octet-stream\r\n\r\n"
    tail = f"\r\n--{boundary}--\r\n"

    def body() -> Iterator[bytes]:
        yield head.encode()
        yield from content
        yield tail.encode()

    size = len(head.encode()) + length + len(tail.encode())
    return {"Content-Type": f"multipart/form-data; boundary={boundary}", "Content-Length": str(size)}, body()


def _chunks(content: bytes | Iterable[bytes] | None) -> bytes | Iterator[bytes] | None:
    return content if content is None or isinstance(content, bytes) else iter(content)
