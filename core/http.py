"""Outgoing HTTP: one client factory with timeouts, and the guard against server-side request forgery.

Configured base URLs (a setting names them) are trusted. URLs from users or from a platform's answers are judged: the
name is resolved once, every address must be public (`core.addresses`), and the connection goes to a judged address
itself, so that a second lookup cannot lead elsewhere. Redirects are never followed by themselves.
"""

import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings

from core.errors import ValidationFailed
from core.public_addresses import is_public

# Each may cost a whole connect timeout, and the host decides how many it names.
_MOST_ADDRESSES = 3
TIMEOUT = httpx.Timeout(connect=10.0, read=60.0, write=60.0, pool=10.0)


def resolve_public(host: str, port: int) -> list[str]:
    """The addresses to connect to for a host, in the resolver's order; refuses when any of them is not public."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ValidationFailed("url_unresolved", f"The address {host} could not be found.") from None
    addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not addresses or not all(map(is_public, addresses)):
        raise ValidationFailed("url_not_public", f"{host} is not a public internet address, so it is not fetched.")
    return addresses


def trusted_hosts() -> frozenset[str]:
    """`host:port` of every configured outside service; these may be private (a local sandbox, MinIO)."""
    return origins(settings.TRUSTED_OUTSIDE_URLS)


def origins(urls: Iterable[str]) -> frozenset[str]:
    """`host:port` of each of these addresses."""
    return frozenset(_origin(url) for url in urls if url)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{(parts.hostname or '').lower()}:{port}"


def judge_url(url: str, *, trusted: frozenset[str] | None = None) -> None:
    """Raise unless a URL from outside is http(s) to a public address, or to a trusted host.

    `trusted` are origins as `origins` makes them; by default those of the configured services.
    """
    try:
        parts = urlsplit(url)
        origin = _origin(url)
    except ValueError:
        raise ValidationFailed("url_invalid", "This is not a valid web address.") from None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValidationFailed("url_invalid", "Only http and https addresses can be fetched.")
    if parts.username or parts.password:
        raise ValidationFailed("url_invalid", "An address with a user name or password in it is not fetched.")
    if origin in (trusted_hosts() if trusted is None else trusted):
        return
    resolve_public(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))


class _TimedStream(httpcore.NetworkStream):
    """A connection on which nothing is waited for past one instant, however slowly the other side goes on."""

    def __init__(self, inner: httpcore.NetworkStream, ends_at: float) -> None:
        self._inner = inner
        self._ends_at = ends_at

    def _left(self, timeout: float | None) -> float:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("The time for this call is over.")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self._ends_at)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects only to addresses that were judged, at the moment of connecting."""

    def __init__(self, trusted: frozenset[str], total_s: float | None) -> None:
        self._inner = httpcore.SyncBackend()
        self._trusted = trusted
        self._ends_at = None if total_s is None else time.monotonic() + total_s

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        stream = self._connect(host, port, timeout, local_address, socket_options)
        return stream if self._ends_at is None else _TimedStream(stream, self._ends_at)

    def _connect(self, host: str, port: int, *how: Any) -> httpcore.NetworkStream:
        addresses = (
            [host] if f"{host.lower()}:{port}" in self._trusted else resolve_public(host, port)[:_MOST_ADDRESSES]
        )
        for address in addresses[:-1]:
            # The next address may answer: many hosts have an IPv6 address that not every network can reach.
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._inner.connect_tcp(address, port, *how)
        return self._inner.connect_tcp(addresses[-1], port, *how)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """One for the process: reading the certificates takes longer than most calls."""
    return httpx.create_ssl_context(trust_env=False)


def client(
    *,
    timeout: httpx.Timeout = TIMEOUT,
    headers: dict[str, str] | None = None,
    trusted: frozenset[str] | None = None,
    total_s: float | None = None,
) -> httpx.Client:
    """A client for trusted hosts and judged URLs; pinned addresses, no redirects, no environment proxies.

    `trusted` as in `judge_url`. `total_s`: nothing is waited for longer than this after the client was made.
    """
    transport = httpx.HTTPTransport(verify=_tls(), trust_env=False, retries=0)
    hosts = trusted_hosts() if trusted is None else trusted
    transport._pool._network_backend = _PinnedBackend(hosts, total_s)
    return httpx.Client(
        transport=transport,
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "ElevoAI/0.1", **(headers or {})},
    )
