"""Who is on the other end of a request: the one place that knows the client's address.

`X-Forwarded-For` grows from left to right: each proxy appends the address that it saw, and whatever the client wrote
itself stays in front. So only the last `TRUSTED_PROXIES` entries are true, and the first of those is the client.
The server's own handling of that header is off (`--no-proxy-headers`).
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

_IPV6_CUSTOMER_BITS = 64


def address(request: HttpRequest) -> str:
    """The client's IP address; empty when the server did not learn one (a socket file)."""
    connected = str(request.META.get("REMOTE_ADDR") or "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    proxies: int = settings.TRUSTED_PROXIES
    # A shorter list did not come through all proxies, so nothing in it can be believed.
    if not proxies or len(hops) < proxies:
        return connected
    found = _parsed(hops[-proxies])
    return str(found) if found is not None else connected


def network(request: HttpRequest) -> str:
    """What limits and locks count by: the address, or the /64 of an IPv6 one, since whoever has one has all of it."""
    found = _parsed(address(request))
    if isinstance(found, IPv6Address):
        return str(ip_network((found.packed, _IPV6_CUSTOMER_BITS), strict=False).network_address)
    return str(found) if found is not None else ""


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: plain, `[v6]`, or with a port."""
    bare = text.partition("]")[0].lstrip("[") if text.startswith("[") else text
    host = bare.rpartition(":")[0] if bare.count(":") == 1 else bare
    try:
        found = ip_address(host)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
