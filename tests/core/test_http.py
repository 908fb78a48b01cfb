import http.server
import threading

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
            "ftp://example.com/", "file:///etc/passwd", "http://user:pw@93.184.216.34/", "http:///nothing", "http://[bad",
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


class TestClient:
    def test_does_not_connect_to_a_private_address(self, local_server):
        with house_http.client() as client, pytest.raises(ValidationFailed, match="not a public"):
            client.get(local_server)

    def test_connects_to_a_configured_service_without_following_redirects(self, local_server, settings):
        settings.TRUSTED_OUTSIDE_URLS = [local_server]
        with house_http.client() as client:
            assert client.get(local_server).text == "here"
            assert client.get(f"{local_server}/away").status_code == 302

    def test_a_dead_service_is_a_connection_error(self, settings):
        settings.TRUSTED_OUTSIDE_URLS = ["http://127.0.0.1:9"]
        with house_http.client() as client, pytest.raises(httpx.ConnectError):
            client.get("http://127.0.0.1:9/")
