"""Who may use the controls: whoever sits at this machine, and whom the program that mounts the sandbox lets in.

A browser at this machine must not lend its place to a page from elsewhere: a name that a stranger points at this
machine is not one of ours, and a post from another site is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

Scope = dict[str, Any]
Admits = Callable[[Scope], Awaitable[bool]]
"""Whether a request from elsewhere may use the controls all the same."""


async def nobody(scope: Scope) -> bool:
    """From elsewhere, no request may."""
    return False


FORWARDED: Final = (b"x-forwarded-for", b"x-forwarded-host", b"forwarded", b"x-real-ip", b"via")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this very machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_local(scope: Scope) -> bool:
    """Whether a request comes from this machine, straight, under a name that only this machine has."""
    headers = dict(scope["headers"])
    client = scope.get("client") or ("",)
    if any(name in headers for name in FORWARDED) or not is_loopback(str(client[0])):
        return False
    try:
        named = urlsplit(f"//{headers.get(b'host', b'').decode('latin-1')}").hostname or ""
    except ValueError:
        return False
    return is_loopback(named)
