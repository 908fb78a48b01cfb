"""Refusals that faults ask for, in the shape of every platform; unknown tokens; TikTok's pulls, photos and cancel."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.sandbox.conftest import Box
from tests.sandbox.test_blotato import KEY
from tests.sandbox.test_facebook import PAGE, Page
from tests.sandbox.test_instagram import HOST, JPEG, LUMEN, Account
from tests.sandbox.test_linkedin import Member
from tests.sandbox.test_tiktok import Creator
from tests.sandbox.test_x import User
from tests.sandbox.test_youtube import Channel
from tests.sandbox.transport import mp4

READS: dict[str, tuple[str, Callable[[Box], httpx.Response]]] = {
    "tiktok": ("creator_info", lambda box: Creator(box).post("post/publish/creator_info/query/")),
    "youtube": ("account.channels", lambda box: Channel(box).get("channels", part="id", mine="true")),
    "instagram": ("node", lambda box: Account(box).get(LUMEN, fields="username")),
    "facebook": ("node", lambda box: Page(box).get(PAGE, fields="name")),
    "x": ("account.me", lambda box: User(box).get("users/me")),
    "linkedin": ("statistics.memberFollowersCount", lambda box: Member(box).get("memberFollowersCount", q="me")),
    "blotato": ("account.me", lambda box: box.http.get("/backend.blotato.com/v2/users/me", headers=KEY)),
}


def struck(box: Box, platform: str, kind: str, **more: Any) -> httpx.Response:
    """A read of a connected account, struck by a fault."""
    step, read = READS[platform]
    box.fault(kind, platform=platform, step=step, times=1, **more)
    return read(box)


EXPECTED: dict[str, dict[str, tuple[int, str]]] = {
    "tiktok": {
        "rate_limit": (429, "rate_limit_exceeded"),
        "quota": (403, "spam_risk_too_many_posts"),
        "spam_hold": (403, "spam_risk_user_banned_from_posting"),
        "missing_scope": (401, "scope_not_authorized"),
        "token_expired": (401, "access_token_invalid"),
        "token_revoked": (401, "access_token_invalid"),
        "error_before": (503, "internal_error"),
    },
    "youtube": {
        "token_revoked": (401, "authError"),
        "error_before": (503, "backendError"),
    },
    "instagram": {
        "rate_limit": (400, '"code":4,'),
        "quota": (400, '"error_subcode":2207042'),
        "spam_hold": (400, '"error_subcode":2207051'),
        "missing_scope": (403, '"code":10,'),
        "token_expired": (401, '"error_subcode":463'),
        "token_revoked": (401, '"error_subcode":458'),
        "error_before": (503, '"is_transient":true'),
    },
    "facebook": {
        "rate_limit": (400, '"code":4,'),
        "quota": (400, '"code":613,'),
        "spam_hold": (400, '"code":368,'),
        "token_expired": (401, '"code":190,'),
        "error_before": (503, '"code":2,'),
    },
    "x": {
        "rate_limit": (429, "Too Many Requests"),
        "quota": (402, "CreditsDepleted"),
        "spam_hold": (403, "user-suspended"),
        "missing_scope": (403, "You are not permitted to perform this action."),
        "token_expired": (401, "Unauthorized"),
        "error_before": (503, "Service Unavailable"),
    },
    "linkedin": {
        "rate_limit": (429, '"serviceErrorCode":101'),
        "quota": (429, '"serviceErrorCode":101'),
        "spam_hold": (403, "ACCESS_DENIED"),
        "missing_scope": (403, "ACCESS_DENIED"),
        "token_expired": (401, "65602"),
        "token_revoked": (401, "65601"),
        "error_before": (503, "Service Unavailable"),
    },
    "blotato": {
        "rate_limit": (429, "Too many requests"),
        "quota": (429, "Daily posting limit"),
        "spam_hold": (422, "restricted"),
        "missing_scope": (403, "plan"),
        "token_expired": (401, "Unauthorized"),
        "error_before": (503, "Internal server error"),
    },
}
CASES = [(platform, kind, *answer) for platform, kinds in EXPECTED.items() for kind, answer in kinds.items()]


@pytest.mark.parametrize(("platform", "kind", "status", "words"), CASES)
def test_refusals_speak_the_platforms_language(box: Box, platform: str, kind: str, status: int, words: str) -> None:
    answer = struck(box, platform, kind, status=503)
    assert answer.status_code == status
    assert words in answer.text
    assert READS[platform][1](box).status_code == 200


@pytest.mark.parametrize("platform", READS)
def test_retry_after_is_sent_when_asked_for(box: Box, platform: str) -> None:
    assert struck(box, platform, "rate_limit", retry_after=11).headers["retry-after"] == "11"
    assert "retry-after" not in struck(box, platform, "rate_limit").headers


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/open.tiktokapis.com/v2/user/info/?fields=open_id", 401),
        ("/www.googleapis.com/youtube/v3/channels?part=id&mine=true", 401),
        (f"/graph.facebook.com/v25.0/{LUMEN}", 401),
        (f"/graph.facebook.com/v25.0/{PAGE}", 401),
        ("/api.x.com/2/users/me", 401),
        ("/api.linkedin.com/v2/userinfo", 401),
    ],
)
def test_unknown_tokens_are_refused(box: Box, url: str, status: int) -> None:
    assert box.http.get(url, headers={"Authorization": "Bearer nothing"}).status_code == status


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("open.tiktokapis.com/v2/oauth/token/", {"client_key": "sandbox-tiktok"}),
        ("oauth2.googleapis.com/token", {"client_id": "sandbox-youtube"}),
        ("api.x.com/2/oauth2/token", {"client_id": "sandbox-x"}),
        ("www.linkedin.com/oauth/v2/accessToken", {"client_id": "sandbox-linkedin"}),
    ],
)
@pytest.mark.parametrize("kind", ["error_before", "token_revoked"])
def test_token_endpoints_fail_flat(box: Box, path: str, form: dict[str, str], kind: str) -> None:
    box.fault(kind, step="oauth.token", times=1)
    answer = box.http.post(f"/{path}", data=form)
    assert answer.status_code == (500 if kind == "error_before" else 400)
    assert isinstance(answer.json()["error"], str)


class TestTikTokPulls:
    def pull(self, creator: Creator, **source: Any) -> httpx.Response:
        info = {"title": "Pulled", "privacy_level": "PUBLIC_TO_EVERYONE"}
        body = {"post_info": info, "source_info": {"source": "PULL_FROM_URL", **source}}
        return creator.post("post/publish/video/init/", body)

    def photos(self, creator: Creator, *urls: str, **more: Any) -> httpx.Response:
        body = {
            "media_type": "PHOTO",
            "post_mode": "DIRECT_POST",
            "post_info": {"title": "Photos", "privacy_level": "PUBLIC_TO_EVERYONE"},
            "source_info": {"source": "PULL_FROM_URL", "photo_images": list(urls), "photo_cover_index": 0},
            **more,
        }
        return creator.post("post/publish/content/init/", body)

    def test_video_by_url(self, box: Box) -> None:
        creator = Creator(box)
        publish_id = self.pull(creator, video_url=box.serve(f"{HOST}/v.mp4", mp4())).json()["data"]["publish_id"]
        assert publish_id.startswith("v_pub_url~v2.")
        assert creator.status(publish_id)["status"] == "PROCESSING_DOWNLOAD"
        box.settled()
        box.advance(4)
        answer = creator.status(publish_id)
        assert (answer["status"], answer["downloaded_bytes"]) == ("PUBLISH_COMPLETE", 4000)

    def test_unreachable_video(self, box: Box) -> None:
        creator = Creator(box)
        publish_id = self.pull(creator, video_url=f"{HOST}/none.mp4").json()["data"]["publish_id"]
        box.settled()
        answer = creator.status(publish_id)
        assert (answer["status"], answer["fail_reason"]) == ("FAILED", "video_pull_failed")

    def test_photos(self, box: Box) -> None:
        creator = Creator(box)
        urls = [box.serve(f"{HOST}/{n}.jpg", JPEG + bytes([n])) for n in range(2)]
        publish_id = self.photos(creator, *urls).json()["data"]["publish_id"]
        png = box.serve(f"{HOST}/x.png", b"\x89PNG\r\n\x1a\n" + bytes(60))
        wrong = self.photos(creator, png).json()["data"]["publish_id"]
        gone = self.photos(creator, f"{HOST}/gone.jpg").json()["data"]["publish_id"]
        box.settled()
        box.advance(4)
        assert creator.status(publish_id)["status"] == "PUBLISH_COMPLETE"
        assert creator.status(wrong)["fail_reason"] == "file_format_check_failed"
        assert creator.status(gone)["fail_reason"] == "photo_pull_failed"
        (held,) = box.control("posts")["posts"]
        assert (held["kind"], held["caption"]) == ("photo", "Photos")

    @pytest.mark.parametrize(
        "change",
        [
            {"media_type": "VIDEO"},
            {"post_mode": "LATER"},
            {"source_info": {"source": "PULL_FROM_URL", "photo_images": []}},
            {"source_info": {"source": "FILE_UPLOAD", "photo_images": ["x"]}},
            {"source_info": {"source": "PULL_FROM_URL", "photo_images": [f"{HOST}/a.jpg"], "photo_cover_index": 1}},
            {"post_info": {"title": "a" * 91, "privacy_level": "SELF_ONLY"}},
            {"post_info": {"title": "a"}},
        ],
    )
    def test_photo_rules(self, box: Box, change: dict[str, Any]) -> None:
        answer = self.photos(Creator(box), f"{HOST}/a.jpg", **change)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_params")

    def test_cancel_only_while_pulling(self, box: Box) -> None:
        creator = Creator(box)
        done = creator.publish(mp4())
        refused = creator.post("post/publish/cancel/", {"publish_id": done})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "publish_not_cancellable")

    def test_branded_content_cannot_be_private(self, box: Box) -> None:
        answer = Creator(box).init(1000, privacy_level="SELF_ONLY", brand_content_toggle=True)
        assert answer.json()["error"]["code"] == "invalid_params"

    def test_duplicates_are_refused_on_request(self, box: Box) -> None:
        creator = Creator(box)
        box.control("settings", {"tiktok.refuse_duplicates_s": 86_400})
        creator.publish(mp4())
        again = creator.publish(mp4())
        box.advance(4)
        assert creator.status(again)["fail_reason"] == "spam_risk"
        assert box.counts("tt-lumen")["refused_duplicates"] == 1


class TestAvatars:
    def test_picture_of_an_account(self, box: Box) -> None:
        answer = box.http.get("/_media/avatar/tt-lumen.jpg")
        assert answer.headers["content-type"] == "image/jpeg"
        image = Image.open(BytesIO(answer.content))
        assert image.size == (200, 200)
        assert len(image.getcolors(200 * 200)) > 2
        assert box.http.get("/_media/avatar/nobody.jpg").status_code == 404
