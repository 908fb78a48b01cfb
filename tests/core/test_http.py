import http.server
import socket
import threading
from types import SimpleNamespace

import httpcore
import httpx
import pytest

from core import http as house_http
from core.errors import ValidationFailed


@pytest.fixture
def local_server():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"here")

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class TestJudge:
    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1/x", "http://localhost/x", "http://[::1]/x", "http://10.0.0.1/", "http://169.254.169.254/",
            "http://192.168.1.1/", "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://2130706433/",
            "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[::127.0.0.1]/", "http://[::ffff:0:127.0.0.1]/",
            "http://192.0.0.192/", "http://127.1/", "http://0x7f.1/", "http://0177.0.0.1/", "http://[fe80::1%25lo]/",
            "http://93.184.216.34:99999/", "ftp://example.com/", "file:///etc/passwd",
            "http://user:pw@93.184.216.34/", "http:///nothing", "http://[bad",
        ],
    )  # fmt: skip
    def test_refuses(self, url):
        with pytest.raises(ValidationFailed):
            house_http.judge_url(url)

    def test_takes_a_public_address(self):
        house_http.judge_url("https://93.184.216.34/video.mp4")

    def test_takes_a_configured_service(self, settings):
        settings.TRUSTED_OUTSIDE_URLS = ["http://127.0.0.1:9000"]
        house_http.judge_url("http://127.0.0.1:9000/bucket/key")
        with pytest.raises(ValidationFailed):
            house_http.judge_url("http://127.0.0.1:9001/bucket/key")


class TestManyAddresses:
    """A name may resolve to several addresses; the resolver here is told what to answer."""

    @pytest.fixture
    def resolves_to(self, monkeypatch):
        def make(*addresses):
            answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]
            plain = socket.getaddrinfo

            def answer(host, *args, **kwargs):
                return answers if host.endswith(".example.com") else plain(host, *args, **kwargs)

            monkeypatch.setattr(socket, "getaddrinfo", answer)

        return make

    def test_one_inner_address_among_public_ones_is_refused(self, resolves_to):
        resolves_to("93.184.216.34", "2606:4700::1", "10.0.0.1")
        with pytest.raises(ValidationFailed, match="not a public"):
            house_http.judge_url("https://mixed.example.com/")

    def test_the_next_address_is_tried_when_one_does_not_answer(self, resolves_to, monkeypatch, local_server):
        port = int(local_server.rsplit(":", 1)[1])
        tried = []

        def connect(self, host, *args, **kwargs):
            tried.append(host)
            if host != "93.184.216.35":
                raise httpcore.ConnectError("no route")
            return plain(self, "127.0.0.1", *args, **kwargs)

        plain = httpcore.SyncBackend.connect_tcp
        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
        resolves_to("2606:4700::1", "93.184.216.35", "93.184.216.36")
        with house_http.client() as client:
            assert client.get(f"http://two.example.com:{port}/").text == "here"
        assert tried == ["2606:4700::1", "93.184.216.35"]

    def test_a_host_that_names_many_dead_addresses_costs_three_tries(self, resolves_to, monkeypatch):
        tried = []

        def connect(self, host, *args, **kwargs):
            tried.append(host)
            raise httpcore.ConnectTimeout("silence")

        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
        resolves_to(*(f"93.184.216.{n}" for n in range(1, 50)))
        with house_http.client() as client, pytest.raises(httpx.ConnectTimeout):
            client.get("http://many.example.com/")
        assert len(tried) == 3


class TestClient:
    def test_does_not_connect_to_a_private_address(self, local_server):
        with house_http.client() as client, pytest.raises(ValidationFailed, match="not a public"):
            client.get(local_server)

    def test_connects_to_a_configured_service_without_following_redirects(self, local_server, settings):
        settings.TRUSTED_OUTSIDE_URLS = [local_server]
        with house_http.client() as client:
            assert client.get(local_server).text == "here"
            assert client.get(f"{local_server}/away").status_code == 302

    def test_its_own_list_of_trusted_hosts_stands_for_the_configured_services(self, local_server, settings):
        settings.TRUSTED_OUTSIDE_URLS = [local_server]
        with house_http.client(trusted=frozenset()) as client, pytest.raises(ValidationFailed, match="not a public"):
            client.get(local_server)
        with pytest.raises(ValidationFailed, match="not a public"):
            house_http.judge_url(local_server, trusted=frozenset())
        settings.TRUSTED_OUTSIDE_URLS = []
        named = house_http.origins([local_server])
        house_http.judge_url(local_server, trusted=named)
        with house_http.client(trusted=named) as client:
            assert client.get(local_server).text == "here"

    def test_nothing_is_waited_for_past_the_whole_time(self, local_server, settings, monkeypatch):
        """A peer that sends a byte now and then keeps within every timeout for one read."""
        settings.TRUSTED_OUTSIDE_URLS = [local_server]
        now = [1000.0]
        monkeypatch.setattr(house_http, "time", SimpleNamespace(monotonic=lambda: now[0]))
        waits = []

        def read(self, max_bytes, timeout=None):
            waits.append(timeout)
            now[0] += 4
            return b"H"

        monkeypatch.setattr(httpcore._backends.sync.SyncStream, "read", read)
        with house_http.client(total_s=10.0) as client, pytest.raises(httpx.ReadTimeout):
            client.get(local_server)
        assert waits == [10.0, 6.0, 2.0]

    def test_a_dead_service_is_a_connection_error(self, settings):
        settings.TRUSTED_OUTSIDE_URLS = ["http://127.0.0.1:9"]
        with house_http.client() as client, pytest.raises(httpx.ConnectError):
            client.get("http://127.0.0.1:9/")
