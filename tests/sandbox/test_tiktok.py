"""TikTok as the fact sheet describes it: Login Kit, chunked posting, status, Display API, error shapes."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import CALLBACK, Box
from tests.sandbox.transport import mp4

AUTHORIZE = "www.tiktok.com/v2/auth/authorize/"
API = "/open.tiktokapis.com/v2"
ALL = "user.info.basic,user.info.profile,user.info.stats,video.list,video.publish,video.upload"
CLIENT = {"client_key": "sandbox-tiktok", "client_secret": "sandbox-tiktok-secret"}
MB = 1_000_000


def code_for(box: Box, account: str = "tt-lumen", scope: str = ALL, **query: str) -> str:
    return box.consent(AUTHORIZE, account, {"client_key": "sandbox-tiktok", "scope": scope, **query})["code"]


def exchange(box: Box, code: str, **more: str) -> httpx.Response:
    form = {**CLIENT, "code": code, "grant_type": "authorization_code", "redirect_uri": CALLBACK, **more}
    return box.http.post(f"{API}/oauth/token/", data=form)


def refresh(box: Box, token: str) -> httpx.Response:
    form = {**CLIENT, "grant_type": "refresh_token", "refresh_token": token}
    return box.http.post(f"{API}/oauth/token/", data=form)


class Creator:
    """A connected account and the calls a client makes for it."""

    def __init__(self, box: Box, account: str = "tt-lumen", scope: str = ALL) -> None:
        self.box = box
        self.tokens: dict[str, Any] = exchange(box, code_for(box, account, scope)).json()
        self.headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def post(self, path: str, body: Any = None, **query: str) -> httpx.Response:
        return self.box.http.post(f"{API}/{path}", json=body or {}, headers=self.headers, params=query)

    def init(self, size: int, chunk: int | None = None, count: int | None = None, **info: Any) -> httpx.Response:
        chunk = chunk or size
        source = {
            "source": "FILE_UPLOAD",
            "video_size": size,
            "chunk_size": chunk,
            "total_chunk_count": count or max(1, size // chunk),
        }
        post_info = {"title": "Hello", "privacy_level": "PUBLIC_TO_EVERYONE", **info}
        return self.post("post/publish/video/init/", {"post_info": post_info, "source_info": source})

    def put(self, url: str, data: bytes, first: int, total: int, **headers: str) -> httpx.Response:
        last = first + len(data) - 1
        given = {"Content-Type": "video/mp4", "Content-Range": f"bytes {first}-{last}/{total}", **headers}
        return self.box.http.put(url, content=data, headers=given)

    def publish(self, video: bytes, **info: Any) -> str:
        started = self.init(len(video), **info).json()["data"]
        assert self.put(started["upload_url"], video, 0, len(video)).status_code == 201
        return str(started["publish_id"])

    def status(self, publish_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.post("post/publish/status/fetch/", {"publish_id": publish_id}).json()
        assert answer["error"]["code"] == "ok", answer
        return answer["data"]


@pytest.fixture
def creator(box: Box) -> Creator:
    return Creator(box)


class TestLogin:
    def test_page_offers_several_accounts_and_has_no_inline_script_or_style(self, box: Box) -> None:
        query = {"client_key": "sandbox-tiktok", "scope": ALL, "response_type": "code", "redirect_uri": CALLBACK}
        page = box.http.get(f"/{AUTHORIZE}", params=query)
        assert page.text.count('type="radio"') >= 3
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert "form-action 'self' https://app.test;" in page.headers["content-security-policy"]

    def test_callback_carries_code_scopes_and_state(self, box: Box) -> None:
        answer = box.consent(AUTHORIZE, "tt-lumen", {"client_key": "sandbox-tiktok", "scope": ALL})
        assert answer["state"] == "s1"
        assert answer["scopes"] == ALL
        assert "*" in answer["code"]

    def test_cancel_redirects_with_access_denied(self, box: Box) -> None:
        query = {"client_key": "sandbox-tiktok", "scope": ALL, "response_type": "code", "redirect_uri": CALLBACK}
        answer = box.http.post(f"/{AUTHORIZE}", params={**query, "state": "x"}, data={"decision": "cancel"})
        assert answer.status_code == 303
        assert "error=access_denied" in answer.headers["location"]
        assert "state=x" in answer.headers["location"]

    def test_unknown_client_is_never_redirected(self, box: Box) -> None:
        query = {"client_key": "nobody", "scope": ALL, "response_type": "code", "redirect_uri": CALLBACK}
        assert box.http.get(f"/{AUTHORIZE}", params=query).status_code == 400

    def test_token_answer_is_flat(self, creator: Creator) -> None:
        tokens = creator.tokens
        assert tokens["access_token"].startswith("act.")
        assert tokens["refresh_token"].startswith("rft.")
        assert (tokens["expires_in"], tokens["refresh_expires_in"]) == (7200, 15_552_000)
        assert tokens["scope"] == ALL

    def test_code_is_single_use(self, box: Box) -> None:
        code = code_for(box)
        assert exchange(box, code).status_code == 200
        again = exchange(box, code)
        assert again.status_code == 400
        assert again.json()["error"] == "invalid_grant"

    def test_code_expires(self, box: Box) -> None:
        code = code_for(box)
        box.advance(601)
        assert exchange(box, code).json()["error"] == "invalid_grant"

    def test_redirect_uri_must_match_exactly(self, box: Box) -> None:
        assert exchange(box, code_for(box), redirect_uri=f"{CALLBACK}/").json()["error"] == "invalid_grant"

    def test_wrong_secret(self, box: Box) -> None:
        assert exchange(box, code_for(box), client_secret="wrong").json()["error"] == "invalid_client"

    def test_challenge_is_hex_of_sha256(self, box: Box) -> None:
        verifier = "v" * 50
        challenge = hashlib.sha256(verifier.encode()).hexdigest()
        pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
        assert exchange(box, code_for(box, **pkce), code_verifier=verifier).status_code == 200
        assert exchange(box, code_for(box, **pkce), code_verifier="w" * 50).json()["error"] == "invalid_grant"
        assert exchange(box, code_for(box, **pkce)).json()["error"] == "invalid_grant"

    def test_refresh_rotates_and_kills_the_old_token(self, box: Box, creator: Creator) -> None:
        first = creator.tokens["refresh_token"]
        second = refresh(box, first).json()
        assert second["refresh_token"] != first
        assert refresh(box, first).json()["error"] == "invalid_grant"
        assert refresh(box, second["refresh_token"]).status_code == 200

    def test_expired_access_token_is_refused(self, box: Box, creator: Creator) -> None:
        box.advance(7201)
        answer = creator.post("post/publish/creator_info/query/")
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "access_token_invalid"

    def test_revoke_ends_both_tokens(self, box: Box, creator: Creator) -> None:
        form = {**CLIENT, "token": creator.tokens["access_token"]}
        assert box.http.post(f"{API}/oauth/revoke/", data=form).status_code == 200
        assert creator.post("post/publish/creator_info/query/").status_code == 401
        assert refresh(box, creator.tokens["refresh_token"]).json()["error"] == "invalid_grant"

    def test_user_info_needs_the_scope_of_each_field(self, box: Box) -> None:
        basic = Creator(box, scope="user.info.basic")
        url = f"{API}/user/info/"
        answer = box.http.get(url, params={"fields": "open_id,display_name"}, headers=basic.headers)
        assert answer.json()["data"]["user"]["display_name"] == "Lumen Studio"
        refused = box.http.get(url, params={"fields": "follower_count"}, headers=basic.headers)
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "scope_not_authorized"

    def test_person_may_untick_a_permission(self, box: Box) -> None:
        query = {"client_key": "sandbox-tiktok", "scope": ALL}
        form = {"scopes_shown": "1", "scope": ["user.info.basic", "video.list"]}
        code = box.consent(AUTHORIZE, "tt-lumen", query, **form)["code"]
        assert exchange(box, code).json()["scope"] == "user.info.basic,video.list"


class TestDirectPost:
    def test_post_becomes_public_with_an_id_after_moderation(self, box: Box, creator: Creator) -> None:
        video = mp4()
        publish_id = creator.publish(video)
        assert publish_id.startswith("v_pub_file~v2-1.")
        assert len(publish_id) <= 64
        first = creator.status(publish_id)
        assert first["status"] == "PROCESSING_UPLOAD"
        assert first["uploaded_bytes"] == len(video)
        box.advance(4)
        complete = creator.status(publish_id)
        assert complete["status"] == "PUBLISH_COMPLETE"
        assert complete["publicaly_available_post_id"] == []
        box.advance(10)
        (post_id,) = creator.status(publish_id)["publicaly_available_post_id"]
        assert post_id > 2**53
        held = box.control(f"posts?id={post_id}")["posts"][0]
        assert held["media_sha256"] == hashlib.sha256(video).hexdigest()
        assert (held["duration"], held["width"], held["height"]) == (20.0, 1080, 1920)

    def test_private_post_is_complete_and_never_shows_an_id(self, box: Box, creator: Creator) -> None:
        publish_id = creator.publish(mp4(), privacy_level="SELF_ONLY")
        box.advance(3600)
        assert creator.status(publish_id)["status"] == "PUBLISH_COMPLETE"
        assert creator.status(publish_id)["publicaly_available_post_id"] == []
        assert creator.post("video/list/", fields="id").json()["data"]["videos"] == []

    def test_chunks_arrive_in_order_and_the_last_takes_the_remainder(self, box: Box, creator: Creator) -> None:
        total = 3 * 5 * MB + 123
        video = mp4(size=total)
        started = creator.init(total, 5 * MB, 3).json()["data"]
        url = started["upload_url"]
        assert creator.put(url, video[5 * MB : 10 * MB], 5 * MB, total).status_code == 416
        first = creator.put(url, video[: 5 * MB], 0, total)
        assert first.status_code == 206
        assert first.headers["content-range"] == f"bytes 0-{5 * MB}/{total}"
        assert creator.put(url, video[: 5 * MB], 0, total).status_code == 416
        short = creator.put(url, video[5 * MB : 9 * MB], 5 * MB, total)
        assert short.status_code == 400
        assert creator.put(url, video[5 * MB : 10 * MB], 5 * MB, total).status_code == 206
        assert creator.put(url, video[10 * MB :], 10 * MB, total).status_code == 201
        assert creator.put(url, video[10 * MB :], 10 * MB, total).status_code == 416
        held = box.control(f"posts?unit={started['publish_id']}")["posts"]
        assert [row["media_sha256"] for row in held] == [hashlib.sha256(video).hexdigest()]

    def test_the_same_chunk_twice_at_once_makes_one_post(self, box: Box, creator: Creator) -> None:
        video = mp4(size=3_000_000)
        total = len(video)
        url = creator.init(total).json()["data"]["upload_url"]
        with ThreadPoolExecutor(4) as pool:
            codes = list(pool.map(lambda _: creator.put(url, video, 0, total).status_code, range(4)))
        assert sorted(codes) == [201, 416, 416, 416]
        (held,) = box.control("posts")["posts"]
        assert (held["media_sha256"], held["duration"]) == (hashlib.sha256(video).hexdigest(), 20.0)

    def test_upload_url_points_at_the_sandbox_and_expires_after_an_hour(self, box: Box, creator: Creator) -> None:
        video = mp4()
        started = creator.init(len(video)).json()["data"]
        assert started["upload_url"].startswith("http://sandbox.test/sandbox/open-upload.tiktokapis.com/")
        box.advance(3601)
        assert creator.put(started["upload_url"], video, 0, len(video)).status_code == 403
        assert creator.status(started["publish_id"])["status"] == "FAILED"

    def test_unknown_upload_and_bad_headers(self, box: Box, creator: Creator) -> None:
        video = mp4()
        url = creator.init(len(video)).json()["data"]["upload_url"]
        missing = url.replace("upload_id=", "upload_id=zz")
        assert creator.put(missing, video, 0, len(video)).status_code == 404
        other = creator.init(len(video)).json()["data"]["upload_url"]
        assert creator.put(other, video, 0, len(video), **{"Content-Type": "text/plain"}).status_code == 400
        assert creator.put(other, video, 0, len(video) + 1).status_code == 400

    def test_bearer_on_the_upload_host_is_noted(self, box: Box, creator: Creator) -> None:
        video = mp4()
        url = creator.init(len(video)).json()["data"]["upload_url"]
        creator.put(url, video, 0, len(video), **creator.headers)
        notes = [call["note"] for call in box.control("calls?step=upload.chunk")["calls"]]
        assert "bearer token" in notes[0]

    @pytest.mark.parametrize(
        ("size", "chunk", "count"),
        [
            (4 * MB, 2 * MB, 2),
            (20 * MB, 4 * MB, 5),
            (20 * MB, 6 * MB, 4),
            (200 * MB, 200 * MB, 1),
            (5 * 1024**3, 10 * MB, 536),
        ],
    )
    def test_chunk_rules(self, creator: Creator, size: int, chunk: int, count: int) -> None:
        answer = creator.init(size, chunk, count)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "invalid_params"

    def test_privacy_has_no_default_and_must_be_an_option(self, box: Box, creator: Creator) -> None:
        assert creator.init(1000, privacy_level=None).json()["error"]["code"] == "invalid_params"
        quiet = Creator(box, "tt-quiet")
        options = quiet.post("post/publish/creator_info/query/").json()["data"]["privacy_level_options"]
        assert options == ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
        refused = quiet.init(1000)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "privacy_level_option_mismatch")

    def test_title_counts_utf16_units(self, creator: Creator) -> None:
        assert creator.init(1000, title="🙂" * 1100).json()["error"]["code"] == "ok"
        assert creator.init(1000, title="🙂" * 1100 + "a").json()["error"]["code"] == "invalid_params"

    @pytest.mark.parametrize(
        ("video", "reason"),
        [
            (b"not a video at all" * 50, "file_format_check_failed"),
            (mp4(duration=601), "duration_check_failed"),
            (mp4(width=240, height=426), "picture_size_check_failed"),
        ],
    )
    def test_bad_files_fail_with_their_reason(self, box: Box, creator: Creator, video: bytes, reason: str) -> None:
        publish_id = creator.publish(video)
        box.advance(5)
        answer = creator.status(publish_id)
        assert (answer["status"], answer["fail_reason"]) == ("FAILED", reason)
        assert box.counts("tt-lumen")["live"] == 0

    def test_foreign_and_unknown_publish_ids(self, box: Box, creator: Creator) -> None:
        publish_id = creator.publish(mp4())
        other = Creator(box, "tt-trail")
        answer = other.post("post/publish/status/fetch/", {"publish_id": publish_id})
        assert answer.json()["error"]["code"] == "token_not_authorized_for_specified_publish_id"
        unknown = creator.post("post/publish/status/fetch/", {"publish_id": "v_pub_file~v2-1.0"})
        assert unknown.json()["error"]["code"] == "invalid_publish_id"

    def test_unaudited_client(self, box: Box, creator: Creator) -> None:
        box.control("settings", {"tiktok.unaudited": True})
        assert creator.init(1000).json()["error"]["code"] == "unaudited_client_can_only_post_to_private_accounts"
        assert Creator(box, "tt-quiet").init(1000, privacy_level="SELF_ONLY").status_code == 200


class TestLimits:
    def test_six_inits_a_minute(self, box: Box, creator: Creator) -> None:
        codes = [creator.init(1000).status_code for _ in range(7)]
        assert codes == [200] * 6 + [429]
        box.advance(61)
        assert creator.init(1000).status_code == 200

    def test_windows_belong_to_the_user_token(self, box: Box, creator: Creator) -> None:
        for _ in range(6):
            creator.init(1000)
        assert Creator(box, "tt-trail").init(1000).status_code == 200

    def test_twenty_creator_infos_and_thirty_status_reads(self, box: Box, creator: Creator) -> None:
        path = "post/publish/creator_info/query/"
        assert [creator.post(path).status_code for _ in range(21)].count(429) == 1
        publish_id = creator.publish(mp4())
        status = "post/publish/status/fetch/"
        codes = [creator.post(status, {"publish_id": publish_id}) for _ in range(31)]
        assert [answer.status_code for answer in codes].count(429) == 1
        assert codes[-1].json()["error"]["code"] == "rate_limit_exceeded"

    def test_daily_cap_per_creator(self, box: Box, creator: Creator) -> None:
        box.control("settings", {"tiktok.posts_per_day": 2})
        creator.publish(mp4(seed=1))
        creator.publish(mp4(seed=2))
        refused = creator.init(1000)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "spam_risk_too_many_posts")


class TestInboxAndPhotos:
    def test_draft_waits_in_the_inbox_until_the_person_posts(self, box: Box, creator: Creator) -> None:
        video = mp4()
        size = len(video)
        source = {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": size, "total_chunk_count": 1}
        started = creator.post("post/publish/inbox/video/init/", {"source_info": source}).json()["data"]
        creator.put(started["upload_url"], video, 0, size)
        box.advance(4)
        assert creator.status(started["publish_id"])["status"] == "SEND_TO_USER_INBOX"
        assert box.counts("tt-lumen")["live"] == 0
        box.control(f"inbox/{started['publish_id']}/post", {})
        assert creator.status(started["publish_id"])["status"] == "PUBLISH_COMPLETE"
        assert len(creator.status(started["publish_id"])["publicaly_available_post_id"]) == 1

    def test_at_most_five_pending_drafts(self, box: Box, creator: Creator) -> None:
        box.control("settings", {"tiktok.init_per_minute": 0})
        video = mp4()
        size = len(video)
        source = {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": size, "total_chunk_count": 1}
        for _ in range(5):
            started = creator.post("post/publish/inbox/video/init/", {"source_info": source}).json()["data"]
            creator.put(started["upload_url"], video, 0, size)
        refused = creator.post("post/publish/inbox/video/init/", {"source_info": source})
        assert refused.json()["error"]["code"] == "spam_risk_too_many_pending_share"

    def test_pull_from_an_unverified_host_is_refused(self, creator: Creator) -> None:
        body = {
            "post_info": {"title": "x", "privacy_level": "SELF_ONLY"},
            "source_info": {"source": "PULL_FROM_URL", "video_url": "https://elsewhere.test/v.mp4"},
        }
        answer = creator.post("post/publish/video/init/", body)
        assert answer.json()["error"]["code"] == "url_ownership_unverified"


class TestDisplay:
    def test_list_pages_by_cursor_newest_first(self, box: Box, creator: Creator) -> None:
        for seed in range(3):
            creator.publish(mp4(seed=seed), title=f"Video {seed}")
            box.advance(60)
        page = creator.post("video/list/", {"max_count": 2}, fields="id,title,share_url,view_count").json()["data"]
        assert [video["title"] for video in page["videos"]] == ["Video 2", "Video 1"]
        assert page["has_more"] is True
        rest = creator.post("video/list/", {"max_count": 2, "cursor": page["cursor"]}, fields="id,title").json()["data"]
        assert [video["title"] for video in rest["videos"]] == ["Video 0"]
        assert rest["has_more"] is False
        assert f"/@lumen.studio/video/{page['videos'][0]['id']}" in page["videos"][0]["share_url"]

    def test_query_by_ids_counts_grow(self, box: Box, creator: Creator) -> None:
        publish_id = creator.publish(mp4())
        box.advance(30)
        post_id = str(creator.status(publish_id)["publicaly_available_post_id"][0])
        body = {"filters": {"video_ids": [post_id]}}
        seen = []
        for _ in range(4):
            box.advance(1500)
            answer = creator.post("video/query/", body, fields="id,view_count,like_count").json()
            seen.append(answer["data"]["videos"][0]["view_count"])
        assert seen == sorted(seen)
        assert seen[-1] > seen[0] > 0

    def test_scope_is_needed(self, box: Box) -> None:
        basic = Creator(box, scope="user.info.basic")
        assert basic.post("video/list/", fields="id").json()["error"]["code"] == "scope_not_authorized"
