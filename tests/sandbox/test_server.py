"""Over a real socket: dropped connections, many publishers at once, pulled media, flat memory."""

from __future__ import annotations

import http.server
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from sandbox.app import create_app
from tests.sandbox.transport import mp4
from tests.waits import until

CALLBACK = "http://app.test/cb"
KEY = {"blotato-api-key": "sandbox-blotato-secret"}


@pytest.fixture
def base(tmp_path: Path) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    app = create_app(tmp_path / "sandbox.sqlite3", f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until(lambda: server.started, "the server to start")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def token(base: str, client: httpx.Client, account: str = "tt-lumen") -> dict[str, str]:
    query = {
        "client_key": "sandbox-tiktok",
        "scope": "video.publish,video.list",
        "response_type": "code",
        "redirect_uri": CALLBACK,
    }
    url = f"{base}/www.tiktok.com/v2/auth/authorize/"
    answer = client.post(url, params=query, data={"account": account, "decision": "allow"})
    form = {
        "client_key": "sandbox-tiktok",
        "client_secret": "sandbox-tiktok-secret",
        "code": httpx.URL(answer.headers["location"]).params["code"],
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
    }
    tokens = client.post(f"{base}/open.tiktokapis.com/v2/oauth/token/", data=form).json()
    return {"Authorization": f"Bearer {tokens['access_token']}"}


class TestDrops:
    @pytest.mark.parametrize("kind", ["reset_before", "reset_after", "timeout_before", "timeout_after"])
    def test_no_byte_of_an_answer_arrives(self, base: str, kind: str) -> None:
        rule = {"kind": kind, "platform": "blotato", "step": "account.me", "times": 1, "seconds": 0.3}
        with httpx.Client(timeout=60) as client:
            client.post(f"{base}/_control/faults", json=rule)
            with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
                client.get(f"{base}/backend.blotato.com/v2/users/me", headers=KEY)
            assert client.get(f"{base}/backend.blotato.com/v2/users/me", headers=KEY).status_code == 200

    def test_timeout_holds_until_the_client_gives_up(self, base: str) -> None:
        with httpx.Client(timeout=60) as client:
            gives_up = httpx.Timeout(60, read=0.3)
            client.post(f"{base}/_control/faults", json={"kind": "timeout_before", "platform": "blotato", "times": 1})
            with pytest.raises(httpx.ReadTimeout):
                client.get(f"{base}/backend.blotato.com/v2/users/me", headers=KEY, timeout=gives_up)
            assert client.get(f"{base}/_control/state").status_code == 200


class TestLoad:
    def test_forty_publishers_at_once(self, base: str) -> None:
        api = f"{base}/open.tiktokapis.com/v2/post/publish"
        with httpx.Client(timeout=60, limits=httpx.Limits(max_connections=40)) as client:

            def publish(seed: int) -> int:
                headers = token(base, client)
                video = mp4(seed=seed, size=200_000)
                size = len(video)
                source = {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": size, "total_chunk_count": 1}
                body = {"post_info": {"title": f"{seed}", "privacy_level": "SELF_ONLY"}, "source_info": source}
                started = client.post(f"{api}/video/init/", json=body, headers=headers).json()["data"]
                given = {"Content-Type": "video/mp4", "Content-Range": f"bytes 0-{size - 1}/{size}"}
                return client.put(started["upload_url"], content=video, headers=given).status_code

            with ThreadPoolExecutor(40) as pool:
                assert list(pool.map(publish, range(40))) == [201] * 40
            totals = client.get(f"{base}/_control/counts").json()["totals"]
            assert totals["live"] + totals["pending"] == 40
            assert totals["duplicates"] == 0

    def test_large_chunks_need_no_memory(self, base: str) -> None:
        """48 MB pass through; Python's own allocations in this process stay far below."""
        total, chunk = 48_000_000, 24_000_000
        api = f"{base}/open.tiktokapis.com/v2/post/publish"
        block = bytes(1_000_000)
        with httpx.Client(timeout=60) as client:
            headers = token(base, client)
            source = {"source": "FILE_UPLOAD", "video_size": total, "chunk_size": chunk, "total_chunk_count": 2}
            body = {"post_info": {"title": "big", "privacy_level": "SELF_ONLY"}, "source_info": source}
            url = client.post(f"{api}/video/init/", json=body, headers=headers).json()["data"]["upload_url"]
            tracemalloc.start()
            codes = []
            for first in (0, chunk):
                given = {
                    "Content-Type": "video/mp4",
                    "Content-Length": str(chunk),
                    "Content-Range": f"bytes {first}-{first + chunk - 1}/{total}",
                }
                blocks = (block for _ in range(chunk // len(block)))
                codes.append(client.put(url, content=blocks, headers=given).status_code)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert codes == [206, 201]
        assert peak < 16_000_000


class TestPull:
    def test_media_is_fetched_from_this_machine_and_redirects_are_not_followed(self, base: str) -> None:
        video = mp4()

        class Files(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/moved.mp4":
                    self.send_response(302)
                    self.send_header("Location", "/video.mp4")
                    self.end_headers()
                    return
                self.send_response(200)
                self.end_headers()
                self.wfile.write(video)

            def log_message(self, *_: object) -> None:
                pass

        files = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
        threading.Thread(target=files.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{files.server_address[1]}"
        with httpx.Client(timeout=60) as client:
            for name in ("video.mp4", "moved.mp4"):
                answer = client.post(
                    f"{base}/backend.blotato.com/v2/media", json={"url": f"{origin}/{name}"}, headers=KEY
                )
                assert answer.status_code == 201

            def pulled() -> list[dict[str, Any]]:
                units = client.get(f"{base}/_control/units").json()["units"]
                return units if {unit["state"] for unit in units} == {"done"} else []

            units = until(pulled, "both files to be fetched")
            assert sorted(unit["failure"] for unit in units) == ["", "could not be fetched"]
            refused = client.post(
                f"{base}/backend.blotato.com/v2/media", json={"url": "https://example.org/v.mp4"}, headers=KEY
            )
            assert refused.status_code == 422
        files.shutdown()
        files.server_close()
