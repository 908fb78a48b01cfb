"""Outgoing HTTP: one client factory with timeouts, and the guard against server-side request forgery.

Configured base URLs (a setting names them) are trusted. URLs from users or from a platform's answers are judged: the
name is resolved once, every address must be public (`core.addresses`), and the connection goes to a judged address
itself, so that a second lookup cannot lead elsewhere. Redirects are never followed by themselves.
"""

import socket
import ssl
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
    return frozenset(_origin(url) for url in settings.TRUSTED_OUTSIDE_URLS if url)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{(parts.hostname or '').lower()}:{port}"


def judge_url(url: str, *, also_trusted: Iterable[str] = ()) -> None:
    """Raise unless a URL from outside is http(s) to a public address, or to a configured service."""
    try:
        parts = urlsplit(url)
        origin = _origin(url)
    except ValueError:
        raise ValidationFailed("url_invalid", "This is not a valid web address.") from None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValidationFailed("url_invalid", "Only http and https addresses can be fetched.")
    if parts.username or parts.password:
        raise ValidationFailed("url_invalid", "An address with a user name or password in it is not fetched.")
    if origin in trusted_hosts() or origin in {_origin(base) for base in also_trusted}:
        return
    resolve_public(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects only to addresses that were judged, at the moment of connecting."""

    def __init__(self, trusted: frozenset[str]) -> None:
        self._inner = httpcore.SyncBackend()
        self._trusted = trusted

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        addresses = (
            [host] if f"{host.lower()}:{port}" in self._trusted else resolve_public(host, port)[:_MOST_ADDRESSES]
        )
        for address in addresses[:-1]:
            # The next address may answer: many hosts have an IPv6 address that not every network can reach.
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
        return self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """One for the process: reading the certificates takes longer than most calls."""
    return httpx.create_ssl_context(trust_env=False)


def client(*, timeout: httpx.Timeout = TIMEOUT, headers: dict[str, str] | None = None) -> httpx.Client:
    """A client for configured services and judged URLs; pinned addresses, no redirects, no environment proxies."""
    transport = httpx.HTTPTransport(verify=_tls(), trust_env=False, retries=0)
    transport._pool._network_backend = _PinnedBackend(trusted_hosts())
    return httpx.Client(
        transport=transport,
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "ElevoAI/0.1", **(headers or {})},
    )
