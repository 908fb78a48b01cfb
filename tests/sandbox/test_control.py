"""The control API and page, and state that outlives a restart."""

from __future__ import annotations

import os
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.access import is_local, nobody
from tests.sandbox.conftest import START, Box
from tests.sandbox.test_tiktok import Creator
from tests.sandbox.transport import mp4


def asked(host: str, client: tuple[str, int] | None, **headers: str) -> dict[str, Any]:
    """A request as the server hands it on."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "client": client, "headers": [(b"host", host.encode()), *pairs]}


class TestWhoMayControl:
    @pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "localhost"])
    def test_whoever_sits_at_this_machine(self, host: str) -> None:
        assert is_local(asked(host, ("127.0.0.1", 50000)))
        assert is_local(asked(host, ("::1", 50000)))

    @pytest.mark.parametrize(
        "request_from",
        [
            asked("localhost:8000", ("192.168.1.7", 50000)),
            asked("localhost:8000", None),
            asked("localhost:8000", ("", 0)),
            # Behind a proxy on this machine every visitor connects from here.
            asked("localhost:8000", ("127.0.0.1", 50000), x_forwarded_for="203.0.113.7"),
            asked("localhost:8000", ("127.0.0.1", 50000), forwarded="for=203.0.113.7"),
            asked("elevo.example", ("127.0.0.1", 50000)),
            # A stranger's page in a browser here, under a name that the stranger points at this machine.
            asked("rebound.example:8000", ("127.0.0.1", 50000)),
            asked("[bad", ("127.0.0.1", 50000)),
            asked("", ("127.0.0.1", 50000)),
        ],
    )
    def test_nobody_else(self, request_from: dict[str, Any]) -> None:
        assert not is_local(request_from)

    def test_strangers_see_and_change_nothing(self, make_box: Callable[..., Box]) -> None:
        box = make_box(admits=nobody)
        for path in ("", "state", "counts", "posts", "units", "calls", "faults"):
            assert box.http.get(f"/_control/{path}").status_code == 403
        for path in ("faults", "reset", "clock/advance", "settings", "accounts", "tokens"):
            assert box.http.post(f"/_control/{path}", json={"kind": "server_error", "seconds": 9}).status_code == 403
        assert box.http.delete("/_control/faults").status_code == 403
        # What the consent pages need stays open.
        assert box.http.get("/_control/static/sandbox.css").status_code == 200

    def test_the_product_may_let_others_in(self, make_box: Callable[..., Box]) -> None:
        async def with_a_key(scope: Any) -> bool:
            return (b"x-key", b"1") in scope["headers"]

        box = make_box(admits=with_a_key)
        assert box.http.get("/_control/state").status_code == 403
        assert box.http.get("/_control/state", headers={"X-Key": "1"}).status_code == 200


class TestControl:
    def test_clock_moves_forward_only(self, box: Box) -> None:
        before = box.control("state")["now"]
        box.advance(90)
        assert box.control("state")["now"] == before + 90
        assert box.http.post("/_control/clock/advance", json={"seconds": -1}).status_code == 400

    def test_answers_are_dated_by_its_clock_right_or_wrong_and_not_by_how_far_it_was_moved(self, box: Box) -> None:
        def dated() -> float:
            stamp = box.http.get("/open.tiktokapis.com/v2/user/info/").headers["date"]
            return parsedate_to_datetime(stamp).timestamp()

        box.advance(86_400)
        assert dated() == START
        box.control("settings", {"clock.wrong_s": -90})
        assert dated() == START - 90
        assert box.control("state")["now"] == START - 90 + 86_400

    def test_counts_tell_live_from_pending_and_duplicates(self, box: Box) -> None:
        creator = Creator(box)
        for seed in (1, 1, 2):
            creator.publish(mp4(seed=seed))
        counts = box.counts("tt-lumen")
        assert (counts["live"], counts["pending"], counts["duplicates"]) == (0, 3, 1)
        box.advance(5)
        counts = box.counts("tt-lumen")
        assert (counts["live"], counts["pending"], counts["duplicates"]) == (3, 0, 1)
        assert box.control("counts")["totals"]["live"] == 3

    def test_unknown_settings_and_bad_values_are_refused(self, box: Box) -> None:
        assert box.http.post("/_control/settings", json={"nope": 1}).status_code == 400
        assert box.http.post("/_control/settings", json={"tiktok.processing_s": "soon"}).status_code == 400
        assert box.control("settings", {"tiktok.processing_s": 9})["tiktok.processing_s"] == 9

    @pytest.mark.parametrize("limit", ["²", "9" * 5000, "-1", "many"])
    def test_a_limit_that_is_no_number_is_no_failure(self, box: Box, limit: str) -> None:
        assert box.http.get("/_control/posts", params={"limit": limit}).status_code == 200

    @pytest.mark.parametrize("address", ["/_control/settings", "/open.tiktokapis.com/v2/oauth/token/"])
    @pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
    def test_a_body_that_is_no_upload_is_bounded(self, box: Box, address: str, kind: str) -> None:
        head = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'
        answer = box.http.post(address, content=head + b"x" * (25 * 1024 * 1024), headers={"Content-Type": kind})
        assert answer.status_code == 413

    def test_audience_can_be_hurried(self, box: Box) -> None:
        Creator(box).publish(mp4())
        box.advance(10)
        slow = box.control("posts")["posts"][0]["numbers"]["views"]
        box.control("settings", {"audience.speed": 3600})
        assert box.control("posts")["posts"][0]["numbers"]["views"] > 10 * slow

    def test_account_can_be_added_and_connected(self, box: Box) -> None:
        made = box.control("accounts", {"platform": "tiktok", "name": "Extra One", "followers": 50})
        assert Creator(box, made["id"]).tokens["open_id"]

    def test_tokens_can_be_expired_and_revoked(self, box: Box) -> None:
        creator = Creator(box)
        box.control("tokens", {"account_id": "tt-lumen", "action": "expire"})
        assert creator.post("post/publish/creator_info/query/").status_code == 401
        box.control("tokens", {"account_id": "tt-lumen", "action": "revoke"})
        assert box.counts("tt-lumen")["grants"] == 0

    def test_post_deleted_by_the_person_is_gone(self, box: Box) -> None:
        creator = Creator(box)
        creator.publish(mp4())
        box.advance(30)
        (post,) = box.control("posts")["posts"]
        box.control(f"posts/{post['id']}/delete", {})
        assert box.counts("tt-lumen")["live"] == 0
        assert creator.post("video/list/", fields="id").json()["data"]["videos"] == []

    def test_reset_keeps_connections_on_request(self, box: Box) -> None:
        creator = Creator(box)
        creator.publish(mp4())
        box.control("reset", {"keep_accounts": True})
        assert box.control("posts")["total"] == 0
        assert creator.post("post/publish/creator_info/query/").status_code == 200
        box.control("reset", {})
        assert creator.post("post/publish/creator_info/query/").status_code == 401

    def test_calls_are_listed_with_their_answer(self, box: Box) -> None:
        creator = Creator(box)
        creator.init(1000)
        (call,) = box.control("calls?step=video.init")["calls"]
        assert (call["status"], call["account_id"], call["platform"]) == (200, "tt-lumen", "tiktok")

    def test_posts_from_other_sites_are_refused(self, box: Box) -> None:
        headers = {"Origin": "https://evil.test"}
        answer = box.http.post("/_control/reset", data={"go": "1"}, headers=headers)
        assert answer.status_code == 403
        own = box.http.post("/_control/clock/advance", data={"seconds": "1"}, headers={"Origin": "http://sandbox.test"})
        assert own.status_code == 303
        assert box.http.get("/_control/").headers["referrer-policy"] == "same-origin"


class TestPage:
    def test_page_shows_what_was_received_without_inline_code(self, box: Box) -> None:
        Creator(box).publish(mp4(), title="<b>Hello</b>")
        page = box.http.get("/_control/")
        assert "&lt;b&gt;Hello&lt;/b&gt;" in page.text
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert box.http.get("/_control/static/sandbox.css").headers["content-type"].startswith("text/css")
        assert 'href="/sandbox/_control/static/sandbox.css"' in page.text

    def test_form_sets_and_removes_a_fault(self, box: Box) -> None:
        form = {"kind": "error_before", "platform": "tiktok", "step": "video.init", "probability": "1", "times": ""}
        answer = box.http.post("/_control/faults", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sandbox/_control/")
        (fault,) = box.control("faults")["faults"]
        assert fault["remaining"] is None
        box.http.post(f"/_control/faults/{fault['id']}/remove", data={"go": "1"})
        assert box.control("faults")["faults"] == []

    def test_bad_form_value_is_named(self, box: Box) -> None:
        answer = box.http.post("/_control/faults", data={"kind": "error_before", "probability": "2"})
        assert answer.status_code == 400
        assert "probability" in answer.json()["error"]


class TestRestart:
    def test_everything_survives(self, make_box: Callable[..., Box]) -> None:
        first = make_box()
        creator = Creator(first)
        video = mp4(size=11_000_000)
        started = creator.init(len(video), 5_000_000, 2).json()["data"]
        creator.put(started["upload_url"], video[:5_000_000], 0, len(video))
        first.advance(100)
        first.app.close()
        second = make_box()
        creator.box = second
        assert second.control("state")["settings"]["clock.offset_s"] == 100
        done = creator.put(started["upload_url"], video[5_000_000:], 5_000_000, len(video))
        assert done.status_code == 201
        (post,) = second.control("posts")["posts"]
        assert post["media_size"] == len(video)
        assert post["duration"] == 20.0

    def test_spool_files_do_not_stay(self, box: Box) -> None:
        Creator(box).publish(mp4())
        spool = box.app.sandbox.spooler.directory
        assert list(spool.iterdir()) == []

    def test_reset_and_age_clear_the_spool(self, make_box: Callable[..., Box]) -> None:
        box = make_box()
        creator = Creator(box)

        def begin() -> Path:
            url = creator.init(11_000_000, 5_000_000, 2).json()["data"]["upload_url"]
            creator.put(url, bytes(5_000_000), 0, 11_000_000)
            (path,) = box.app.sandbox.spooler.directory.iterdir()
            return path

        begin()
        box.control("reset", {"keep_accounts": True})
        old = begin()
        box.app.close()
        make_box().app.close()
        assert old.exists()
        os.utime(old, (0, 0))
        make_box()
        assert not old.exists()


class TestMounting:
    @pytest.mark.parametrize(
        ("root", "path"), [("", "/sandbox/_control/state"), ("/sandbox", "/sandbox/_control/state")]
    )
    async def test_prefix_is_taken_off(self, box: Box, root: str, path: str) -> None:
        transport = httpx.ASGITransport(app=box.app, root_path=root)
        async with httpx.AsyncClient(transport=transport, base_url="http://any.test") as client:
            assert (await client.get(path)).status_code == 200

    async def test_stands_alone_without_prefix(self, box: Box) -> None:
        transport = httpx.ASGITransport(app=box.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://any.test") as client:
            assert (await client.get("/_control/state")).status_code == 200
            assert (await client.get("/nowhere.test/x")).status_code == 404
