"""What the adapters know by themselves: limits, chunk arithmetic, and what a refusal means."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from publishing.platforms.base import AccountRef, Checkpoint, MediaSpec, Spec, poll_after
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Answer, Caller
from publishing.platforms.registry import adapter_for
from publishing.platforms.tiktok import errors as tiktok_errors
from publishing.platforms.tiktok.limits import chunk_range, plan_chunks
from publishing.platforms.youtube import errors as youtube_errors
from publishing.platforms.youtube.check import is_short
from publishing.platforms.youtube.limits import quota_day

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
ACCOUNT = AccountRef("id", "lumen", {})
VIDEO = MediaSpec("f", "k", "s", 1000, "video/mp4", 20.0, 720, 1280, 30.0, "h264", "clip.mp4")
TIKTOK = {"privacy_level": "PUBLIC_TO_EVERYONE"}
YOUTUBE = {"privacy_status": "public", "made_for_kids": False}


def answer(status: int, body: Any, **headers: str) -> Answer:
    return Answer(status, headers, json.dumps(body).encode() if not isinstance(body, bytes) else body)


def media(**changes: Any) -> MediaSpec:
    from dataclasses import replace

    return replace(VIDEO, **changes)


def spec(platform: str, **changes: Any) -> Spec:
    options = {"tiktok": TIKTOK, "youtube": YOUTUBE}[platform]
    fields = {"text": "Hi", "title": "Title", "options": options, "media": (VIDEO,), **changes}
    return Spec(platform=platform, **fields)


def codes(found: Spec, account: AccountRef = ACCOUNT) -> list[tuple[str, str]]:
    return [(item.field, item.code) for item in adapter_for(found.platform).check(found, account)]


class TestChecks:
    @pytest.mark.parametrize("platform", ["tiktok", "youtube"])
    def test_a_good_post_has_no_problem_and_an_empty_one_names_them_all(self, platform: str) -> None:
        assert codes(spec(platform)) == []
        empty = codes(spec(platform, options={}, media=(), title=""))
        assert len(empty) == {"tiktok": 2, "youtube": 4}[platform]

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"text": "😀" * 1101}, ("text", "text_too_long")),
            ({"options": {"privacy_level": "EVERYBODY"}}, ("privacy_level", "choice_unknown")),
            ({"options": {**TIKTOK, "allow_duet": "yes"}}, ("allow_duet", "not_boolean")),
            ({"options": {**TIKTOK, "disclose": True}}, ("disclose", "choice_missing")),
            (
                {"options": {"privacy_level": "SELF_ONLY", "disclose": True, "branded_content": True}},
                ("privacy_level", "branded_private"),
            ),
            ({"media": (VIDEO, VIDEO)}, ("media", "media_too_many")),
            ({"media": (media(content_type="video/x-msvideo"),)}, ("media", "container")),
            ({"media": (media(video_codec="mpeg4"),)}, ("media", "codec")),
            ({"media": (media(size_bytes=5 * 1024**3),)}, ("media", "too_large")),
            ({"media": (media(duration_s=601.0),)}, ("media", "too_long")),
            ({"media": (media(width=300),)}, ("media", "picture_size")),
            ({"media": (media(fps=15.0),)}, ("media", "frame_rate")),
        ],
    )
    def test_tiktok(self, changes: dict[str, Any], expected: tuple[str, str]) -> None:
        assert codes(spec("tiktok", **changes)) == [expected]

    def test_tiktok_knows_what_the_account_offers(self) -> None:
        account = AccountRef("id", "lumen", {"privacy_level_options": ["SELF_ONLY"], "max_video_post_duration_sec": 10})
        assert codes(spec("tiktok"), account) == [("privacy_level", "choice_not_offered"), ("media", "too_long")]

    def test_a_text_just_at_the_limit_passes(self) -> None:
        assert codes(spec("tiktok", text="😀" * 1100)) == []
        assert codes(spec("youtube", text="é" * 2500, title="x" * 100)) == []

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"title": "x" * 101}, ("title", "title_too_long")),
            ({"title": "a < b"}, ("title", "title_characters")),
            ({"text": "é" * 2501}, ("text", "text_too_long")),
            ({"text": "<b>"}, ("text", "text_characters")),
            ({"options": {**YOUTUBE, "made_for_kids": "no"}}, ("made_for_kids", "choice_missing")),
            ({"options": {**YOUTUBE, "category_id": "999"}}, ("category_id", "choice_unknown")),
            ({"options": {**YOUTUBE, "tags": "a,b"}}, ("tags", "format")),
            ({"options": {**YOUTUBE, "tags": ["x" * 251, "y" * 250]}}, ("tags", "too_long")),
            ({"media": (media(content_type="image/png"),)}, ("media", "media_missing")),
            ({"media": (media(size_bytes=257 * 1024**3),)}, ("media", "too_large")),
            ({"media": (media(duration_s=43_201.0),)}, ("media", "too_long")),
            ({"thumbnail": media(content_type="image/gif", size_bytes=1)}, ("thumbnail", "format")),
            ({"thumbnail": media(content_type="image/png", size_bytes=3_000_000)}, ("thumbnail", "too_large")),
        ],
    )
    def test_youtube(self, changes: dict[str, Any], expected: tuple[str, str]) -> None:
        assert codes(spec("youtube", **changes)) == [expected]

    def test_a_short_is_square_or_vertical_and_at_most_three_minutes(self) -> None:
        assert is_short(media(width=100, height=100, duration_s=180.0))
        assert not is_short(media(width=1280, height=720))
        assert not is_short(media(duration_s=180.1))
        assert not is_short(media(width=None))

    def test_every_limit_says_where_it_was_read(self) -> None:
        for platform in ("tiktok", "youtube"):
            for limit in adapter_for(platform).limits.values():
                assert limit.source
                assert limit.unit
                assert limit.read_on.year == 2026


class TestChunks:
    @pytest.mark.parametrize("size", [1, 4_999_999, 5_000_000, 64_000_000, 64_000_001, 70_000_123, 4 * 1024**3])
    def test_tiktoks_rules_hold_for_every_size(self, size: int) -> None:
        chunk, count = plan_chunks(size)
        assert count == max(1, size // chunk)
        ranges = [chunk_range(size, chunk, count, index) for index in range(count)]
        assert ranges[0][0] == 0
        assert sum(amount for _, amount in ranges) == size
        assert all(a + b == c for (a, b), (c, _) in itertools.pairwise(ranges))
        assert ranges[-1][1] <= 128_000_000
        assert count <= 1000
        if size >= 5_000_000:
            assert all(5_000_000 <= amount <= 64_000_000 for _, amount in ranges[:-1])

    def test_looks_become_rarer(self) -> None:
        waits = [poll_after(n) for n in range(40)]
        assert waits[0] == timedelta(seconds=2)
        assert waits == sorted(waits)
        assert waits[-1] == timedelta(minutes=5)


class TestTikTokErrors:
    def refused(self, status: int, body: Any, **headers: str) -> PlatformError:
        with pytest.raises(PlatformError) as refused:
            tiktok_errors.data_of(answer(status, body, **headers), NOW)
        return refused.value

    def body(self, code: str) -> dict[str, Any]:
        return {"data": {}, "error": {"code": code, "message": "In their words", "log_id": "L"}}

    def test_the_code_decides_and_not_the_status(self) -> None:
        assert tiktok_errors.data_of(answer(200, {"data": {"x": 1}, "error": {"code": "ok"}}), NOW) == {"x": 1}
        error = self.refused(200, self.body("url_ownership_unverified"))
        assert (error.kind, error.words) == (ErrorKind.REJECTED, "In their words")

    @pytest.mark.parametrize(
        ("status", "code", "kind"),
        [
            (401, "access_token_invalid", ErrorKind.AUTH_EXPIRED),
            (401, "scope_not_authorized", ErrorKind.AUTH_EXPIRED),
            (401, "something_new", ErrorKind.AUTH_EXPIRED),
            (429, "rate_limit_exceeded", ErrorKind.RATE_LIMITED),
            (429, "another", ErrorKind.RATE_LIMITED),
            (403, "spam_risk_too_many_posts", ErrorKind.QUOTA),
            (403, "reached_active_user_cap", ErrorKind.QUOTA),
            (403, "spam_risk_user_banned_from_posting", ErrorKind.SPAM_HOLD),
            (403, "unaudited_client_can_only_post_to_private_accounts", ErrorKind.ACCOUNT_TYPE),
            (403, "privacy_level_option_mismatch", ErrorKind.REJECTED),
            (400, "invalid_params", ErrorKind.REJECTED),
            (500, "internal_error", ErrorKind.TRANSIENT),
            (502, "x", ErrorKind.TRANSIENT),
        ],
    )
    def test_each_refusal_has_its_kind(self, status: int, code: str, kind: ErrorKind) -> None:
        error = self.refused(status, self.body(code))
        assert error.kind is kind
        assert error.sentence
        assert error.token_problem == (status == 401 and code != "scope_not_authorized")

    def test_an_html_page_counts_as_trouble_and_retry_after_is_heard(self) -> None:
        assert self.refused(200, b"<html>").kind is ErrorKind.TRANSIENT
        error = self.refused(429, self.body("rate_limit_exceeded"), **{"retry-after": "90"})
        assert error.until == NOW + timedelta(seconds=90)

    def test_ends_of_publishing_are_dead_and_only_some_heal(self) -> None:
        assert tiktok_errors.failure("internal", NOW).kind is ErrorKind.TRANSIENT
        assert tiktok_errors.failure("frame_rate_check_failed", NOW).kind is ErrorKind.UNSUPPORTED_FORMAT
        unknown = tiktok_errors.failure("brand_new_reason", NOW)
        assert (unknown.kind, unknown.dead, unknown.restart) == (ErrorKind.REJECTED, True, True)

    @pytest.mark.parametrize(
        ("status", "kind", "restart"),
        [
            (401, ErrorKind.TRANSIENT, True),
            (403, ErrorKind.TRANSIENT, True),
            (404, ErrorKind.TRANSIENT, True),
            (416, ErrorKind.TRANSIENT, False),
            (503, ErrorKind.TRANSIENT, False),
            (429, ErrorKind.RATE_LIMITED, False),
            (400, ErrorKind.REJECTED, False),
        ],
    )
    def test_the_upload_host(self, status: int, kind: ErrorKind, restart: bool) -> None:
        error = tiktok_errors.transfer(answer(status, b"words"), NOW)
        assert (error.kind, error.restart, error.words) == (kind, restart, "words")

    def test_the_token_endpoint(self) -> None:
        kinds = {
            code: tiktok_errors.oauth(answer(400, {"error": code, "error_description": "d"})).kind
            for code in ("invalid_grant", "invalid_client", "server_error")
        }
        assert kinds == {
            "invalid_grant": ErrorKind.AUTH_EXPIRED, "invalid_client": ErrorKind.REJECTED,
            "server_error": ErrorKind.TRANSIENT,
        }  # fmt: skip


class TestYouTubeErrors:
    def classify(self, status: int, reason: str) -> PlatformError:
        body = {"error": {"code": status, "message": "Words", "errors": [{"reason": reason}]}}
        return youtube_errors.classify(answer(status, body), NOW)

    @pytest.mark.parametrize(
        ("status", "reason", "kind"),
        [
            (403, "quotaExceeded", ErrorKind.QUOTA),
            (400, "uploadLimitExceeded", ErrorKind.QUOTA),
            (403, "rateLimitExceeded", ErrorKind.RATE_LIMITED),
            (429, "", ErrorKind.RATE_LIMITED),
            (401, "authError", ErrorKind.AUTH_EXPIRED),
            (401, "", ErrorKind.AUTH_EXPIRED),
            (401, "youtubeSignupRequired", ErrorKind.ACCOUNT_TYPE),
            (403, "authenticatedUserAccountSuspended", ErrorKind.ACCOUNT_TYPE),
            (403, "insufficientPermissions", ErrorKind.AUTH_EXPIRED),
            (400, "invalidTitle", ErrorKind.REJECTED),
            (400, "somethingElse", ErrorKind.REJECTED),
            (503, "backendError", ErrorKind.TRANSIENT),
        ],
    )
    def test_each_refusal_has_its_kind(self, status: int, reason: str, kind: ErrorKind) -> None:
        error = self.classify(status, reason)
        assert error.kind is kind
        assert "{until}" not in error.sentence

    def test_the_quota_ends_at_midnight_pacific(self) -> None:
        assert self.classify(403, "quotaExceeded").until == datetime(2026, 5, 5, 7, 0, tzinfo=UTC)
        assert quota_day(datetime(2026, 11, 1, 8, 0, tzinfo=UTC)) == (
            "2026-11-01", datetime(2026, 11, 2, 8, 0, tzinfo=UTC),
        )  # fmt: skip

    def test_the_newer_shape_is_read_too(self) -> None:
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}
        body = {"error": {"code": 429, "message": "Video Uploads per day", "details": [info]}}
        assert youtube_errors.classify(answer(429, body), NOW).kind is ErrorKind.QUOTA
        assert youtube_errors.reason_of(answer(500, b"<html>")) == ("", "<html>")

    def test_processing_that_ends_badly(self) -> None:
        assert youtube_errors.failure("codec").kind is ErrorKind.UNSUPPORTED_FORMAT
        assert youtube_errors.rejection("uploaderAccountClosed").kind is ErrorKind.ACCOUNT_TYPE
        odd = youtube_errors.rejection("newReason")
        assert (odd.kind, odd.dead) == (ErrorKind.REJECTED, True)

    def test_the_token_endpoint(self) -> None:
        for code, kind in (
            ("invalid_grant", ErrorKind.AUTH_EXPIRED),
            ("invalid_client", ErrorKind.REJECTED),
            ("", ErrorKind.TRANSIENT),
        ):
            assert youtube_errors.oauth(answer(400, {"error": code})).kind is kind


class TestLinks:
    @pytest.mark.parametrize(
        ("platform", "link", "expected"),
        [
            ("tiktok", "https://www.tiktok.com/@lumen.studio/video/7300000000000000001", "7300000000000000001"),
            ("tiktok", "https://www.tiktok.com/@lumen.studio", ""),
            ("tiktok", "https://evil.example/https://www.tiktok.com/@a/video/1", ""),
            ("youtube", "https://www.youtube.com/watch?v=abcdefghijk&t=3", "abcdefghijk"),
            ("youtube", "https://youtu.be/abcdefghijk?si=1", "abcdefghijk"),
            ("youtube", "https://m.youtube.com/shorts/abcdefghijk", "abcdefghijk"),
            ("youtube", "https://www.youtube.com/@lumen", ""),
            ("youtube", "javascript:alert(1)", ""),
        ],
    )
    def test_ids_in_pasted_links(self, platform: str, link: str, expected: str) -> None:
        assert adapter_for(platform).post_id_of(link) == expected


class TestIssuedAddresses:
    @pytest.fixture
    def real(self, settings: Any) -> None:
        from config.env import Env
        from config.platforms import platform_settings

        env = Env(TIKTOK_CLIENT_ID="k", TIKTOK_CLIENT_SECRET="s", YOUTUBE_CLIENT_ID="k", YOUTUBE_CLIENT_SECRET="s")
        settings.PLATFORMS = platform_settings(env, "")

    @pytest.mark.parametrize(
        ("platform", "url", "fine"),
        [
            ("tiktok", "https://open-upload.tiktokapis.com/video/?upload_id=1", True),
            ("tiktok", "https://open-upload-sg.tiktokapis.com/video/?upload_id=1", True),
            ("tiktok", "http://open-upload-sg.tiktokapis.com/video/", False),
            ("tiktok", "https://tiktokapis.com.evil.example/", False),
            ("tiktok", "https://evil-tiktokapis.com/", False),
            ("tiktok", "https://user:pw@open-upload-sg.tiktokapis.com/", False),
            ("tiktok", "http://169.254.169.254/latest/", False),
            ("youtube", "https://www.googleapis.com/upload/youtube/v3/videos?upload_id=1", True),
            ("youtube", "https://evil.example/upload", False),
            ("youtube", "", False),
        ],
    )
    def test_only_listed_hosts_get_the_bytes(self, real: None, platform: str, url: str, fine: bool) -> None:
        with Caller(platform) as http:
            if fine:
                assert http.issued(url) == url
                return
            with pytest.raises(PlatformError) as refused:
                http.issued(url)
        assert refused.value.code == "issued_host_unknown"


def test_words_of_a_platform_never_carry_a_credential() -> None:
    found = answer(400, {"access_token": "act.verysecretvalue", "note": "kept"}).words
    assert "verysecret" not in found
    assert "kept" in found


def test_a_restart_remembers_only_how_often() -> None:
    again = Checkpoint({"publish_id": "x", "restarts": 1}, {"upload_url": "u"}, NOW).restarted()
    assert again == Checkpoint({"restarts": 2})
