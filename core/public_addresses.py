"""Which addresses are on the public internet: globally routable unicast, and nothing else.

The tables are IANA's special-purpose registries (https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry, November 2026), not Python's `is_global`, whose answers
differ between releases. Anycast services in them are left out as well: nobody serves files there.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_SPECIAL_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private use
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local, and the metadata services of clouds
            "172.16.0.0/12",  # private use
            "192.0.0.0/24",  # IETF protocol assignments
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private use
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarking
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # IETF protocol assignments: Teredo, ORCHID, benchmarking
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: embeds an IPv4 address, out of use
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)
# NAT64: on networks with IPv6 only, every IPv4 host resolves to an address below this.
_NAT64 = IPv6Network("64:ff9b::/96")
# ISATAP (RFC 5214): the lower half begins like this and ends in an IPv4 address.
_ISATAP = (0x00005EFE, 0x02005EFE)


def is_public(address: str) -> bool:
    """Whether a connection to this address leads to a host of the public internet, and to no other host by way of an
    IPv4 address inside of it. Raises `ValueError` for what is no address."""
    ip = ip_address(address)
    return _is_public_v4(ip) if isinstance(ip, IPv4Address) else _is_public_v6(ip)


def _is_public_v4(ip: IPv4Address) -> bool:
    return not any(ip in network for network in _SPECIAL_V4)


def _is_public_v6(ip: IPv6Address) -> bool:
    mapped = ip.ipv4_mapped
    if mapped is not None:
        return _is_public_v4(mapped)
    if ip.scope_id is not None:
        return False
    last = IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip in _NAT64:
        return _is_public_v4(last)
    if ip not in _GLOBAL_UNICAST_V6 or any(ip in network for network in _SPECIAL_V6):
        return False
    return (int(ip) >> 32) & 0xFFFFFFFF not in _ISATAP or _is_public_v4(last)
