"""Faults by rule and by caption tag, in native shapes, before and after the commit."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.conftest import Box
from tests.sandbox.test_tiktok import Creator, refresh
from tests.sandbox.test_youtube import Channel
from tests.sandbox.transport import mp4


class TestRules:
    def test_5xx_before_the_commit_leaves_nothing(self, box: Box) -> None:
        creator = Creator(box)
        video = mp4()
        url = creator.init(len(video)).json()["data"]["upload_url"]
        box.fault("error_before", platform="tiktok", step="upload.chunk", times=1, status=503)
        assert creator.put(url, video, 0, len(video)).status_code == 503
        assert box.control("posts")["total"] == 0
        assert creator.put(url, video, 0, len(video)).status_code == 201
        assert box.control("posts")["total"] == 1

    @pytest.mark.parametrize(
        ("kind", "error"),
        [("reset_after", httpx.ReadError), ("timeout_after", httpx.ReadTimeout), ("error_after", None)],
    )
    def test_after_the_commit_the_post_exists(self, box: Box, kind: str, error: type[Exception] | None) -> None:
        creator = Creator(box)
        video = mp4()
        started = creator.init(len(video)).json()["data"]
        box.fault(kind, platform="tiktok", step="upload.*", times=1)
        if error is None:
            assert creator.put(started["upload_url"], video, 0, len(video)).status_code == 500
        else:
            with pytest.raises(error):
                creator.put(started["upload_url"], video, 0, len(video))
        assert box.control("posts")["total"] == 1
        assert creator.put(started["upload_url"], video, 0, len(video)).status_code == 416
        assert creator.status(started["publish_id"])["status"] == "PROCESSING_UPLOAD"

    def test_rate_limit_with_and_without_retry_after(self, box: Box) -> None:
        creator = Creator(box)
        box.fault("rate_limit", platform="tiktok", step="video.init", times=1, retry_after=7)
        box.fault("rate_limit", platform="tiktok", step="creator_info", times=1)
        limited = creator.init(1000)
        assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
        assert limited.json()["error"]["code"] == "rate_limit_exceeded"
        assert "retry-after" not in creator.post("post/publish/creator_info/query/").headers
        totals = box.control("counts")["totals"]
        assert (totals["http_429"], totals["http_429_unprovoked"]) == (2, 0)

    def test_expired_token_stays_expired_and_refresh_heals(self, box: Box) -> None:
        creator = Creator(box)
        box.fault("token_expired", platform="tiktok", step="video.init", times=1)
        assert creator.init(1000).json()["error"]["code"] == "access_token_invalid"
        assert creator.init(1000).status_code == 401
        fresh = refresh(box, creator.tokens["refresh_token"]).json()
        creator.headers = {"Authorization": f"Bearer {fresh['access_token']}"}
        assert creator.init(1000).status_code == 200

    def test_revoked_token_kills_the_refresh_too(self, box: Box) -> None:
        creator = Creator(box)
        box.fault("token_revoked", platform="tiktok", step="video.init", times=1)
        assert creator.init(1000).status_code == 401
        assert refresh(box, creator.tokens["refresh_token"]).json()["error"] == "invalid_grant"

    def test_processing_failure(self, box: Box) -> None:
        creator = Creator(box)
        box.fault("processing_failed", platform="tiktok", step="video.init", times=1)
        publish_id = creator.publish(mp4())
        box.advance(5)
        assert creator.status(publish_id)["status"] == "FAILED"
        assert creator.status(publish_id)["fail_reason"] == "internal"
        assert box.counts("tt-lumen")["live"] == 0

    def test_moderation_delay_keeps_the_ids_back(self, box: Box) -> None:
        creator = Creator(box)
        box.fault("moderation_delay", platform="tiktok", step="upload.chunk", times=1)
        publish_id = creator.publish(mp4())
        box.advance(3600)
        assert creator.status(publish_id)["status"] == "PUBLISH_COMPLETE"
        assert creator.status(publish_id)["publicaly_available_post_id"] == []

    def test_draws_repeat_with_the_seed(self, box: Box) -> None:
        creator = Creator(box)
        box.control("settings", {"tiktok.creator_info_per_minute": 0})

        def run(seed: int) -> list[int]:
            box.control("faults/clear", {})
            box.fault("error_before", platform="tiktok", step="creator_info", probability=0.3, seed=seed)
            return [creator.post("post/publish/creator_info/query/").status_code for _ in range(60)]

        first, again, other = run(1), run(1), run(2)
        assert first == again
        assert first != other
        assert 8 <= first.count(500) <= 28

    def test_probability_zero_never_hits_and_others_are_left_alone(self, box: Box) -> None:
        creator = Creator(box)
        box.fault("error_before", platform="youtube")
        box.fault("error_before", platform="tiktok", probability=0)
        assert creator.init(1000).status_code == 200
        assert creator.status(creator.publish(mp4()))["status"] == "PROCESSING_UPLOAD"

    def test_a_rule_for_all_steps_spares_the_pages_people_look_at(self, box: Box) -> None:
        box.fault("error_before")
        page = "/www.tiktok.com/v2/auth/authorize/"
        query = {
            "client_key": "sandbox-tiktok",
            "scope": "video.list",
            "response_type": "code",
            "redirect_uri": "https://app.test/c",
        }
        assert box.http.get(page, params=query).status_code == 200

    @pytest.mark.parametrize(
        ("kind", "status", "reason"),
        [
            ("rate_limit", 429, "rateLimitExceeded"),
            ("quota", 403, "quotaExceeded"),
            ("missing_scope", 403, "insufficientPermissions"),
            ("spam_hold", 403, "authenticatedUserAccountSuspended"),
            ("token_expired", 401, "authError"),
            ("error_before", 500, "backendError"),
        ],
    )
    def test_google_shapes(self, box: Box, kind: str, status: int, reason: str) -> None:
        channel = Channel(box)
        box.fault(kind, platform="youtube", step="upload.start", times=1)
        answer = channel.start(1000)
        assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (status, reason)


class TestCaptionTags:
    def test_timeout_after_fires_once_at_the_last_byte(self, box: Box) -> None:
        creator = Creator(box)
        video = mp4()
        caption = "Hello #sandbox-timeout-after"
        started = creator.init(len(video), title=caption).json()["data"]
        with pytest.raises(httpx.ReadTimeout):
            creator.put(started["upload_url"], video, 0, len(video))
        assert box.control("posts")["total"] == 1
        creator.publish(video, title=caption)
        assert box.counts("tt-lumen")["duplicates"] == 1

    def test_reset_before_leaves_nothing_and_heals(self, box: Box) -> None:
        channel = Channel(box)
        video = mp4()
        url = channel.start(len(video), title="T #sandbox-reset-before").headers["location"]
        with pytest.raises(httpx.ReadError):
            channel.put(url, video, 0, len(video))
        assert box.control("posts")["total"] == 0
        assert channel.put(url, video, 0, len(video)).status_code == 200

    def test_rate_limit_once_spam_hold_always(self, box: Box) -> None:
        creator = Creator(box)
        assert creator.init(1000, title="a #sandbox-rate-limit").status_code == 429
        assert creator.init(1000, title="a #sandbox-rate-limit").status_code == 200
        for _ in range(2):
            refused = creator.init(1000, title="b #sandbox-spam-hold")
            assert refused.json()["error"]["code"] == "spam_risk_user_banned_from_posting"

    def test_processing_failed(self, box: Box) -> None:
        channel = Channel(box)
        video_id = channel.publish(mp4(), title="x #sandbox-processing-failed")
        box.advance(5)
        assert channel.video(video_id)["status"]["uploadStatus"] == "failed"
