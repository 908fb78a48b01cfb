"""Who the client is, when anybody may write into X-Forwarded-For."""

import re
from pathlib import Path

import pytest
from django.conf import settings as configured

from config import env
from core import client_address

ROOT = Path(configured.BASE_DIR)


@pytest.fixture
def seen(rf, settings):
    def ask(forwarded, *, proxies, connected="10.9.9.9", see=client_address.address):
        settings.TRUSTED_PROXIES = proxies
        headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
        return see(rf.get("/", REMOTE_ADDR=connected, **headers))

    return ask


class TestAddress:
    @pytest.mark.parametrize(
        ("forwarded", "proxies", "address"),
        [
            (None, 0, "10.9.9.9"),
            ("203.0.113.7", 0, "10.9.9.9"),
            (None, 1, "10.9.9.9"),
            ("198.51.100.1", 1, "198.51.100.1"),
            ("203.0.113.7, 198.51.100.1", 1, "198.51.100.1"),
            ("203.0.113.7, 203.0.113.8, 198.51.100.1, 172.70.1.1", 2, "198.51.100.1"),
            # Fewer entries than proxies: somebody came past them.
            ("203.0.113.7", 2, "10.9.9.9"),
            ("", 1, "10.9.9.9"),
            (" , ,", 1, "10.9.9.9"),
            ("203.0.113.7, nonsense", 1, "10.9.9.9"),
            ("203.0.113.7, é", 1, "10.9.9.9"),
            ("198.51.100.1:4711", 1, "198.51.100.1"),
            ("2a00:1450::7", 1, "2a00:1450::7"),
            ("[2a00:1450::7]:4711", 1, "2a00:1450::7"),
            ("[2a00:1450::7]", 1, "2a00:1450::7"),
            ("::ffff:198.51.100.1", 1, "198.51.100.1"),
        ],
    )
    def test_only_what_a_trusted_proxy_wrote_counts(self, seen, forwarded, proxies, address):
        assert seen(forwarded, proxies=proxies) == address

    def test_a_socket_file_has_no_address(self, seen):
        assert seen(None, proxies=0, connected="") == ""
        assert seen(None, proxies=0, connected="", see=client_address.network) == ""


class TestNetwork:
    def test_an_ipv6_customer_is_one_client_whatever_address_they_take(self, seen):
        for address in ("2a00:1450:1:2::1", "2a00:1450:1:2:ffff::9"):
            assert seen(address, proxies=1, see=client_address.network) == "2a00:1450:1:2::"
        assert seen("2a00:1450:1:3::1", proxies=1, see=client_address.network) == "2a00:1450:1:3::"

    def test_an_ipv4_client_is_their_address(self, seen):
        assert seen("198.51.100.1", proxies=1, see=client_address.network) == "198.51.100.1"


class TestShippedFiles:
    @pytest.mark.parametrize("name", ["render.yaml", "Dockerfile", "docs/operating.md", "docs/jobs.md"])
    def test_no_server_judges_the_header_itself(self, name):
        starts = [line for line in (ROOT / name).read_text().splitlines() if "uvicorn config.asgi" in line]
        assert starts
        for line in starts:
            assert "--no-proxy-headers" in line
            assert "forwarded-allow-ips" not in line

    def test_the_setting_defaults_to_trusting_nobody(self):
        assert env.Env.model_fields["TRUSTED_PROXIES"].default == 0

    @pytest.mark.parametrize(("name", "value"), [("render.yaml", "2"), ("compose.yaml", "0")])
    def test_each_way_to_deploy_says_its_number(self, name, value):
        found = re.search(r"TRUSTED_PROXIES\D*?(\d)", (ROOT / name).read_text())
        assert found is not None
        assert found.group(1) == value
