"""Which addresses may be fetched: every special range of IANA's registries, and every way to hide an IPv4 address."""

from ipaddress import ip_address, ip_network

import pytest

from core.public_addresses import is_public

SPECIAL = [
    # https://www.iana.org/assignments/iana-ipv4-special-registry
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/32", "192.0.0.171/32",
    "192.0.0.192/32", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
    "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "255.255.255.255/32",
    # https://www.iana.org/assignments/iana-ipv6-special-registry
    "::1/128", "::/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:1::1/128",
    "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32", "2001:4:112::/48", "2001:10::/28", "2001:20::/28",
    "2001:30::/28", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7",
    "fe80::/10",
    # Not in the registries: IPv4-compatible and translated, site-local, multicast, not yet given out
    "::/96", "::ffff:0:0:0/96", "fec0::/10", "ff00::/8", "4000::/3", "e000::/4", "200::/7", "400::/6",
]  # fmt: skip
INSIDE = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "192.0.0.192", "0.0.0.0", "224.0.0.1"]
OUTSIDE = ["93.184.216.34", "8.8.8.8", "1.1.1.1", "192.0.1.1", "172.32.0.1", "223.255.255.254"]


def embedded(form: str, address: str) -> str:
    """An IPv6 address with an IPv4 address in its last 32 bits."""
    return f"{form}{address}"


@pytest.mark.parametrize("network", SPECIAL)
def test_no_address_of_a_special_range_is_fetched(network):
    found = ip_network(network)
    middle = found.network_address + found.num_addresses // 2
    for address in (found.network_address, middle, found.broadcast_address):
        assert not is_public(str(address)), address


@pytest.mark.parametrize("form", ["::ffff:", "64:ff9b::", "2606:4700::5efe:", "2606:4700::200:5efe:"])
@pytest.mark.parametrize("address", INSIDE)
def test_an_inner_address_is_found_in_every_wrapping(form, address):
    assert not is_public(embedded(form, address))


@pytest.mark.parametrize("form", ["::", "::ffff:0:", "64:ff9b:1::"])
@pytest.mark.parametrize("address", [*INSIDE, *OUTSIDE])
def test_forms_that_no_public_host_uses_are_refused_whole(form, address):
    assert not is_public(embedded(form, address))


@pytest.mark.parametrize("address", INSIDE)
def test_6to4_and_teredo_lead_nowhere(address):
    number = int(ip_address(address))
    assert not is_public(f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1")
    hidden = number ^ 0xFFFFFFFF
    assert not is_public(f"2001:0:4136:e378:8000:63bf:{hidden >> 16:x}:{hidden & 0xFFFF:x}")


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_hosts_are_fetched_plain_mapped_and_behind_nat64(address):
    assert is_public(address)
    assert is_public(embedded("::ffff:", address))
    assert is_public(embedded("64:ff9b::", address))


@pytest.mark.parametrize("address", ["2606:4700:4700::1111", "2a00:1450:4001:82a::200e", "2001:200::1", "2003::1"])
def test_public_ipv6_hosts_are_fetched(address):
    assert is_public(address)


def test_an_address_of_one_interface_is_refused():
    assert not is_public("2606:4700::1%eth0")


def test_what_is_no_address_is_an_error():
    with pytest.raises(ValueError, match="does not appear"):
        is_public("example.com")
