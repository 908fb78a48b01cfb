"""Meta's refusals: each row of the error tables has its kind and a sentence; what the checks tell beforehand."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.errors import ErrorKind
from publishing.platforms.facebook.check import kind_of
from publishing.platforms.http import Answer
from publishing.platforms.meta import errors, usage
from publishing.platforms.registry import adapter_for

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
ACCOUNT = AccountRef("17841400000000001", "lumen", {})
VIDEO = MediaSpec("v", "k", "s", 1000, "video/mp4", 20.0, 1080, 1920, 30.0, "h264", "clip.mp4")
IMAGE = MediaSpec("i", "k", "s", 1000, "image/jpeg", None, 1080, 1080, name="picture.jpg")


def answer(
    code: int | None, subcode: int = 0, message: str = "In their words", status: int = 400, **headers: str
) -> Answer:
    body: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}
    return Answer(status, headers, json.dumps({"error": body}).encode())


class TestTable:
    @pytest.mark.parametrize(
        ("code", "subcode", "kind", "restart"),
        [
            (1, 0, ErrorKind.TRANSIENT, False),
            (2, 0, ErrorKind.TRANSIENT, False),
            (3, 0, ErrorKind.AUTH_EXPIRED, False),
            (10, 0, ErrorKind.AUTH_EXPIRED, False),
            (200, 0, ErrorKind.AUTH_EXPIRED, False),
            (299, 0, ErrorKind.AUTH_EXPIRED, False),
            (4, 0, ErrorKind.RATE_LIMITED, False),
            (17, 0, ErrorKind.RATE_LIMITED, False),
            (32, 0, ErrorKind.RATE_LIMITED, False),
            (613, 0, ErrorKind.RATE_LIMITED, False),
            (341, 0, ErrorKind.RATE_LIMITED, False),
            (80001, 0, ErrorKind.RATE_LIMITED, False),
            (80002, 0, ErrorKind.RATE_LIMITED, False),
            (80014, 0, ErrorKind.RATE_LIMITED, False),
            (100, 0, ErrorKind.REJECTED, False),
            (100, 33, ErrorKind.AUTH_EXPIRED, False),
            (102, 0, ErrorKind.AUTH_EXPIRED, False),
            *[(190, sub, ErrorKind.AUTH_EXPIRED, False) for sub in (0, 458, 459, 460, 463, 467)],
            (368, 0, ErrorKind.SPAM_HOLD, False),
            (506, 0, ErrorKind.REJECTED, False),
            (1609005, 0, ErrorKind.REJECTED, False),
            (-2, 2207003, ErrorKind.TRANSIENT, True),
            (-2, 2207020, ErrorKind.TRANSIENT, True),
            (-1, 2207001, ErrorKind.TRANSIENT, True),
            (-1, 2207032, ErrorKind.TRANSIENT, True),
            (-1, 2207053, ErrorKind.TRANSIENT, True),
            (1, 2207057, ErrorKind.REJECTED, False),
            (4, 2207051, ErrorKind.SPAM_HOLD, False),
            (9, 2207042, ErrorKind.QUOTA, False),
            (24, 2207006, ErrorKind.TRANSIENT, True),
            (24, 2207008, ErrorKind.TRANSIENT, True),
            (25, 2207050, ErrorKind.ACCOUNT_TYPE, False),
            *[(100, sub, ErrorKind.REJECTED, False) for sub in (2207023, 2207028, 2207035, 2207036, 2207037, 2207040)],
            (352, 2207026, ErrorKind.UNSUPPORTED_FORMAT, True),
            (9004, 2207052, ErrorKind.TRANSIENT, True),
            (9007, 2207027, ErrorKind.TRANSIENT, False),
            (36000, 2207004, ErrorKind.UNSUPPORTED_FORMAT, True),
            (36001, 2207005, ErrorKind.UNSUPPORTED_FORMAT, True),
            (36003, 2207009, ErrorKind.UNSUPPORTED_FORMAT, True),
            (36004, 2207010, ErrorKind.REJECTED, False),
            (100, 2207077, ErrorKind.TRANSIENT, True),
            (100, 2207082, ErrorKind.TRANSIENT, True),
            (100, 2207081, ErrorKind.REJECTED, False),
            (1, 1366046, ErrorKind.UNSUPPORTED_FORMAT, True),
            (1, 1366051, ErrorKind.REJECTED, False),
            (1, 1390008, ErrorKind.SPAM_HOLD, False),
            (1, 1346003, ErrorKind.REJECTED, False),
            (1, 1404102, ErrorKind.REJECTED, False),
            (1, 1404078, ErrorKind.ACCOUNT_TYPE, False),
            (1, 1404112, ErrorKind.ACCOUNT_TYPE, False),
            (1, 4854002, ErrorKind.ACCOUNT_TYPE, False),
            (1, 1609008, ErrorKind.REJECTED, False),
            (1, 2061006, ErrorKind.REJECTED, False),
            (1, 2069019, ErrorKind.UNSUPPORTED_FORMAT, True),
            (1, 1363047, ErrorKind.TRANSIENT, False),
            (1, 1609010, ErrorKind.TRANSIENT, False),
        ],
    )
    def test_each_row(self, code: int, subcode: int, kind: ErrorKind, restart: bool) -> None:
        found = errors.classify(answer(code, subcode), NOW, "Instagram")
        assert (found.kind, found.restart) == (kind, restart)
        assert found.token_problem == (code in (102, 190))
        assert found.sentence
        assert "{" not in found.sentence
        assert found.words == "In their words"

    def test_what_no_table_knows_is_told_in_their_words_and_trouble_is_transient(self) -> None:
        odd = errors.classify(answer(100, 0, "Invalid {param}"), NOW, "Facebook")
        assert (odd.kind, odd.sentence) == (ErrorKind.REJECTED, "Facebook refused this post: Invalid (param)")
        assert errors.classify(answer(77777, status=502), NOW, "Facebook").kind is ErrorKind.TRANSIENT
        page = Answer(503, {}, b"<html>sorry</html>")
        assert errors.classify(page, NOW, "Facebook").kind is ErrorKind.TRANSIENT

    def test_a_long_code_in_the_words_decides_where_the_code_says_little(self) -> None:
        found = errors.classify(answer(100, 0, "Posting failed (1404078)"), NOW, "Facebook")
        assert found.kind is ErrorKind.ACCOUNT_TYPE

    def test_a_personal_account_is_told_by_the_words(self) -> None:
        found = errors.classify(answer(10, 0, "(#10) The user is not an Instagram Business"), NOW, "Instagram")
        assert found.kind is ErrorKind.ACCOUNT_TYPE
        assert "Switch to professional" in found.sentence

    @pytest.mark.parametrize(
        ("headers", "minutes"),
        [
            ({}, 5),
            ({"retry-after": "90"}, 1.5),
            (
                {"x-business-use-case-usage": json.dumps({"1": [{"estimated_time_to_regain_access": 17}]})},
                17,
            ),
        ],
    )
    def test_a_throttle_waits_until_the_stated_time(self, headers: dict[str, str], minutes: float) -> None:
        found = errors.classify(answer(4, **headers), NOW, "Instagram")
        assert found.until == NOW + timedelta(minutes=minutes)

    def test_words_carry_no_token(self) -> None:
        found = errors.classify(answer(190, 463, "access_token=EAAsecretsecret is bad"), NOW, "Facebook")
        assert "EAAsecret" not in found.words

    def test_ends_of_containers_and_videos(self) -> None:
        container = errors.failure("Error: Media upload has failed with error code 2207053", "Instagram")
        assert (container.kind, container.dead, container.restart) == (ErrorKind.TRANSIENT, True, True)
        shape = errors.failure("Error: the format. 2207026", "Instagram")
        assert (shape.kind, shape.dead) == (ErrorKind.UNSUPPORTED_FORMAT, True)
        assert errors.failure("The video cannot be used.", "Facebook", "1363008").kind is ErrorKind.UNSUPPORTED_FORMAT
        assert errors.failure("error", "Facebook", "").kind is ErrorKind.TRANSIENT

    def test_refusals_of_the_upload_host(self) -> None:
        body = {"debug_info": {"retriable": False, "type": "ProcessingFailedError", "message": "offset must be 0"}}
        found = errors.transfer(Answer(400, {}, json.dumps(body).encode()), NOW, "Instagram")
        assert (found.kind, found.restart) == (ErrorKind.TRANSIENT, True)
        assert errors.transfer(Answer(502, {}, b""), NOW, "Instagram").restart is False
        assert errors.transfer(answer(190, 463, status=401), NOW, "Instagram").token_problem

    def test_refusals_of_the_token_endpoints(self) -> None:
        flat = {"error_type": "OAuthException", "code": 400, "error_message": "Matching code was not found"}
        assert errors.oauth(Answer(400, {}, json.dumps(flat).encode()), "Instagram").code == "invalid_grant"
        assert errors.oauth(answer(190, 460), "Facebook").kind is ErrorKind.AUTH_EXPIRED
        assert errors.oauth(answer(2, status=500), "Facebook").kind is ErrorKind.TRANSIENT
        assert errors.oauth(answer(1, 0, "Error validating client secret."), "Facebook").kind is ErrorKind.REJECTED


class TestUsage:
    @pytest.mark.parametrize(("percent", "rests"), [(0, False), (89, False), (90, True), (100, True)])
    def test_from_ninety_percent_the_account_rests(self, percent: int, rests: bool) -> None:
        headers = {"x-app-usage": json.dumps({"call_count": 3, "total_time": percent, "total_cputime": 1})}
        assert (usage.rest(Answer(200, headers, b"{}")) is not None) == rests

    def test_rubbish_in_a_header_is_no_reason_to_rest(self) -> None:
        for text in ("", "[]", "null", "{", '{"1": 5}', '{"1": [7]}'):
            found = Answer(200, {"x-business-use-case-usage": text, "x-app-usage": text}, b"{}")
            assert usage.rest(found) is None


def codes(platform: str, **changes: Any) -> list[tuple[str, str]]:
    fields: dict[str, Any] = {"text": "Hi", "title": "", "options": {}, "media": (VIDEO,), **changes}
    return [(item.field, item.code) for item in adapter_for(platform).check(Spec(platform=platform, **fields), ACCOUNT)]


class TestInstagramCheck:
    @pytest.mark.parametrize(
        "media", [(VIDEO,), (IMAGE,), (IMAGE, VIDEO, IMAGE), (IMAGE,) * 10, (replace(IMAGE, height=1350),)]
    )
    def test_what_is_fine(self, media: tuple[MediaSpec, ...]) -> None:
        assert codes("instagram", media=media) == []

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"media": ()}, ("media", "media_missing")),
            ({"media": (IMAGE,) * 11}, ("media", "media_too_many")),
            ({"text": "😀" * 1101}, ("text", "text_too_long")),
            ({"text": "#a " * 31}, ("text", "hashtags_too_many")),
            ({"text": "@a " * 21}, ("text", "mentions_too_many")),
            ({"options": {"collaborators": ["a", "b", "c", "d"]}}, ("collaborators", "too_many")),
            ({"options": {"collaborators": ["a b"]}}, ("collaborators", "format")),
            ({"options": {"alt_text": "x" * 1001}}, ("alt_text", "too_long")),
            ({"options": {"thumb_offset": -1}}, ("thumb_offset", "format")),
            ({"options": {"thumb_offset": 20_001}}, ("thumb_offset", "too_late")),
            ({"options": {"share_to_feed": "yes"}}, ("share_to_feed", "not_boolean")),
            ({"media": (replace(VIDEO, duration_s=2.0),)}, ("media", "too_short")),
            ({"media": (replace(VIDEO, duration_s=901.0),)}, ("media", "too_long")),
            ({"media": (replace(VIDEO, size_bytes=301 * 1024**2),)}, ("media", "too_large")),
            ({"media": (replace(VIDEO, fps=15.0),)}, ("media", "frame_rate")),
            ({"media": (replace(VIDEO, width=2160, height=3840),)}, ("media", "picture_size")),
            ({"media": (replace(VIDEO, content_type="video/webm"),)}, ("media", "container")),
            ({"media": (replace(VIDEO, video_codec="vp9"),)}, ("media", "codec")),
            ({"media": (replace(IMAGE, content_type="image/png"),)}, ("media", "format")),
            ({"media": (replace(IMAGE, size_bytes=9 * 1024**2),)}, ("media", "too_large")),
            ({"media": (replace(IMAGE, height=1440),)}, ("media", "aspect")),
            ({"media": (replace(IMAGE, width=300, height=300),)}, ("media", "picture_size")),
        ],
    )
    def test_what_is_told(self, changes: dict[str, Any], expected: tuple[str, str]) -> None:
        assert codes("instagram", **changes) == [expected]


class TestFacebookCheck:
    @pytest.mark.parametrize(
        ("media", "options", "kind"),
        [
            ((VIDEO,), {}, "reel"),
            ((VIDEO,), {"video_as": "video"}, "video"),
            ((replace(VIDEO, duration_s=91.0),), {}, "video"),
            ((replace(VIDEO, width=1920, height=1080),), {}, "video"),
            ((replace(VIDEO, width=None),), {}, "video"),
            ((IMAGE,), {}, "photos"),
            ((), {}, "text"),
            ((), {"link": "https://example.com/"}, "text"),
        ],
    )
    def test_kinds_and_what_is_fine(self, media: tuple[MediaSpec, ...], options: dict[str, Any], kind: str) -> None:
        assert codes("facebook", media=media, options=options) == []
        assert kind_of(Spec("facebook", "Hi", "", options, media)) == kind

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"media": (), "text": " "}, ("text", "post_empty")),
            ({"media": (VIDEO, IMAGE)}, ("media", "media_mixed")),
            ({"media": (VIDEO, VIDEO)}, ("media", "media_mixed")),
            ({"media": (IMAGE,) * 11}, ("media", "media_too_many")),
            ({"text": "x" * 63_207}, ("text", "text_too_long")),
            ({"title": "x" * 256}, ("title", "title_too_long")),
            ({"options": {"video_as": "story"}}, ("video_as", "choice_unknown")),
            ({"media": (), "options": {"link": "example.com"}}, ("link", "format")),
            ({"media": (), "options": {"link": "https://m.facebook.com/x"}}, ("link", "own_link")),
            ({"options": {"link": "https://example.com"}}, ("link", "link_with_media")),
            ({"media": (replace(VIDEO, content_type="video/webm"),)}, ("media", "container")),
            ({"media": (replace(IMAGE, content_type="image/webp"),)}, ("media", "format")),
            ({"media": (replace(IMAGE, size_bytes=5 * 1024**2),)}, ("media", "too_large")),
            (
                {"media": (replace(VIDEO, duration_s=95.0),), "options": {"video_as": "reel"}},
                ("media", "too_long"),
            ),
        ],
    )
    def test_what_is_told(self, changes: dict[str, Any], expected: tuple[str, str]) -> None:
        assert codes("facebook", **changes) == [expected]


@pytest.mark.parametrize(
    ("platform", "link", "expected"),
    [
        ("instagram", "https://www.instagram.com/reel/Cx_12-abcde/", "Cx_12-abcde"),
        ("instagram", "https://www.instagram.com/lumen.studio/p/Cx_12-abcde/?igsh=1", "Cx_12-abcde"),
        ("instagram", "https://www.instagram.com/lumen.studio/", ""),
        ("instagram", "https://evil.example/www.instagram.com/p/Cx_12-abcde/", ""),
        ("facebook", "https://www.facebook.com/reel/123456789", "123456789"),
        ("facebook", "https://www.facebook.com/watch/?v=123456789", "123456789"),
        ("facebook", "https://www.facebook.com/lumen/videos/a-title/123456789/", "123456789"),
        ("facebook", "https://www.facebook.com/104000000000001/posts/77", "104000000000001_77"),
        ("facebook", "https://www.facebook.com/lumenstudio/posts/77", "_77"),
        ("facebook", "https://www.facebook.com/lumenstudio", ""),
    ],
)
def test_ids_in_pasted_links(platform: str, link: str, expected: str) -> None:
    assert adapter_for(platform).post_id_of(link) == expected
