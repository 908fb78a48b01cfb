"""YouTube as the fact sheet describes it: Google OAuth, resumable upload, states, quota, analytics."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import CALLBACK, START, Box
from tests.sandbox.transport import mp4

AUTHORIZE = "accounts.google.com/o/oauth2/v2/auth"
SCOPE = "https://www.googleapis.com/auth/"
ALL = " ".join(f"{SCOPE}{name}" for name in ("youtube.upload", "youtube.readonly", "youtube", "yt-analytics.readonly"))
CLIENT = {"client_id": "sandbox-youtube", "client_secret": "sandbox-youtube-secret"}
LUMEN = "UCluMenStudioSandbox0001"
GRANULE = 256 * 1024
UPLOAD = "/www.googleapis.com/upload/youtube/v3/videos"


def code_for(box: Box, account: str = LUMEN, scope: str = ALL, **query: str) -> str:
    wanted = {"client_id": "sandbox-youtube", "scope": scope, "access_type": "offline", "prompt": "consent", **query}
    return box.consent(AUTHORIZE, account, wanted)["code"]


def exchange(box: Box, code: str, **more: str) -> httpx.Response:
    form = {**CLIENT, "code": code, "grant_type": "authorization_code", "redirect_uri": CALLBACK, **more}
    return box.http.post("/oauth2.googleapis.com/token", data=form)


def refresh(box: Box, token: str) -> httpx.Response:
    form = {**CLIENT, "grant_type": "refresh_token", "refresh_token": token}
    return box.http.post("/oauth2.googleapis.com/token", data=form)


class Channel:
    """A connected channel and the calls a client makes for it."""

    def __init__(self, box: Box, account: str = LUMEN, scope: str = ALL) -> None:
        self.box = box
        self.tokens: dict[str, Any] = exchange(box, code_for(box, account, scope)).json()
        self.headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def renew(self) -> None:
        self.tokens |= refresh(self.box, self.tokens["refresh_token"]).json()
        self.headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.box.http.get(f"/www.googleapis.com/youtube/v3/{path}", params=query, headers=self.headers)

    def start(self, size: int, title: str = "A title", status: dict[str, Any] | None = None, **more: Any) -> Any:
        body = {"snippet": {"title": title, **more}, "status": {"privacyStatus": "public", **(status or {})}}
        headers = {**self.headers, "X-Upload-Content-Type": "video/mp4", "X-Upload-Content-Length": str(size)}
        query = {"uploadType": "resumable", "part": "snippet,status"}
        return self.box.http.post(UPLOAD, params=query, json=body, headers=headers)

    def put(self, url: str, data: bytes, first: int, total: int | str) -> httpx.Response:
        given = f"bytes {first}-{first + len(data) - 1}/{total}"
        return self.box.http.put(url, content=data, headers={**self.headers, "Content-Range": given})

    def probe(self, url: str, total: int) -> httpx.Response:
        return self.box.http.put(url, headers={**self.headers, "Content-Range": f"bytes */{total}"})

    def publish(self, video: bytes, **more: Any) -> str:
        started = self.start(len(video), **more)
        assert started.status_code == 200, started.text
        done = self.put(started.headers["location"], video, 0, len(video))
        assert done.status_code == 200, done.text
        return str(done.json()["id"])

    def video(self, video_id: str) -> dict[str, Any]:
        parts = "status,processingDetails,statistics,snippet,contentDetails"
        (item,) = self.get("videos", part=parts, id=video_id).json()["items"]
        return dict(item)

    def report(self, **query: str) -> dict[str, Any]:
        url = "/youtubeanalytics.googleapis.com/v2/reports"
        answer = self.box.http.get(url, params={"ids": "channel==MINE", **query}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
def channel(box: Box) -> Channel:
    return Channel(box)


class TestLogin:
    def test_refresh_token_only_with_offline_access(self, box: Box) -> None:
        assert "refresh_token" in exchange(box, code_for(box)).json()
        assert "refresh_token" not in exchange(box, code_for(box, access_type="online")).json()

    def test_refresh_gives_no_new_refresh_token_and_may_be_repeated(self, box: Box, channel: Channel) -> None:
        token = channel.tokens["refresh_token"]
        first, second = refresh(box, token).json(), refresh(box, token).json()
        assert "refresh_token" not in first
        assert first["access_token"] != second["access_token"]
        assert first["expires_in"] == 3599

    def test_code_is_single_use_and_expires(self, box: Box) -> None:
        code = code_for(box)
        assert exchange(box, code).status_code == 200
        assert exchange(box, code).json()["error"] == "invalid_grant"
        late = code_for(box)
        box.advance(601)
        assert exchange(box, late).json()["error"] == "invalid_grant"

    def test_redirect_uri_must_match(self, box: Box) -> None:
        assert exchange(box, code_for(box), redirect_uri="https://x.test/").json()["error"] == "redirect_uri_mismatch"

    def test_challenge_is_base64url(self, box: Box) -> None:
        verifier = "v" * 60
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
        assert exchange(box, code_for(box, **pkce), code_verifier=verifier).status_code == 200
        assert exchange(box, code_for(box, **pkce)).json()["error"] == "invalid_grant"

    def test_revoked_refresh_token_is_dead(self, box: Box, channel: Channel) -> None:
        url = "/oauth2.googleapis.com/revoke"
        assert box.http.post(url, data={"token": channel.tokens["refresh_token"]}).status_code == 200
        dead = refresh(box, channel.tokens["refresh_token"])
        assert dead.status_code == 400
        assert dead.json() == {
            "error": "invalid_grant",
            "error_description": "Token has been expired or revoked.",
        }
        assert channel.get("channels", part="snippet", mine="true").status_code == 401

    def test_channel_of_the_account(self, box: Box, channel: Channel) -> None:
        (item,) = channel.get("channels", part="snippet,statistics,contentDetails", mine="true").json()["items"]
        assert item["id"] == LUMEN
        assert item["statistics"]["subscriberCount"] == "12700"
        assert item["snippet"]["customUrl"] == "@lumenstudio"

    def test_account_without_channel(self, box: Box) -> None:
        empty = Channel(box, "google-empty")
        assert "items" not in empty.get("channels", part="snippet", mine="true").json()
        refused = empty.start(1000)
        assert (refused.status_code, refused.json()["error"]["errors"][0]["reason"]) == (401, "youtubeSignupRequired")

    def test_missing_scope(self, box: Box) -> None:
        reader = Channel(box, scope=f"{SCOPE}youtube.readonly")
        refused = reader.start(1000)
        assert refused.status_code == 403
        assert refused.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"


class TestResumableUpload:
    def test_offsets_are_reported_by_308_and_range(self, box: Box, channel: Channel) -> None:
        video = mp4(size=3 * GRANULE + 77)
        total = len(video)
        started = channel.start(total)
        assert started.content == b""
        url = started.headers["location"]
        assert url.startswith("http://sandbox.test/sandbox/www.googleapis.com/upload/")
        nothing = channel.probe(url, total)
        assert (nothing.status_code, nothing.headers.get("range")) == (308, None)
        first = channel.put(url, video[: 2 * GRANULE], 0, total)
        assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{2 * GRANULE - 1}")
        gap = channel.put(url, video[3 * GRANULE :], 3 * GRANULE, total)
        assert (gap.status_code, gap.headers["range"]) == (308, f"bytes=0-{2 * GRANULE - 1}")
        assert box.counts(LUMEN)["pending"] == 0
        done = channel.put(url, video[2 * GRANULE :], 2 * GRANULE, total)
        assert done.status_code == 200
        assert done.json()["status"]["uploadStatus"] == "uploaded"
        again = channel.probe(url, total)
        assert (again.status_code, again.json()["id"]) == (200, done.json()["id"])
        held = box.control(f"posts?id={done.json()['id']}")["posts"][0]
        assert held["media_sha256"] == hashlib.sha256(video).hexdigest()

    def test_chunks_are_multiples_of_256_kib(self, channel: Channel) -> None:
        video = mp4(size=3 * GRANULE)
        url = channel.start(len(video)).headers["location"]
        assert channel.put(url, video[: GRANULE + 1], 0, len(video)).status_code == 400

    def test_whole_file_without_content_range(self, box: Box, channel: Channel) -> None:
        video = mp4()
        url = channel.start(len(video)).headers["location"]
        assert box.http.put(url, content=video, headers=channel.headers).status_code == 200

    def test_other_size_than_announced_is_refused(self, channel: Channel) -> None:
        url = channel.start(1000).headers["location"]
        assert channel.put(url, mp4(size=1200), 0, 1200).status_code == 400

    def test_unknown_and_expired_sessions_are_gone(self, box: Box, channel: Channel) -> None:
        url = channel.start(1000).headers["location"]
        assert channel.probe(f"{url}x", 1000).status_code == 404
        box.advance(8 * 86_400)
        assert channel.probe(url, 1000).status_code == 404

    def test_size_may_be_unknown_until_the_last_chunk(self, box: Box, channel: Channel) -> None:
        video = mp4(size=GRANULE + 10)
        headers = {k: v for k, v in channel.headers.items()}
        query = {"uploadType": "resumable", "part": "snippet,status"}
        started = box.http.post(UPLOAD, params=query, json={"snippet": {"title": "T"}}, headers=headers)
        url = started.headers["location"]
        assert channel.put(url, video[:GRANULE], 0, "*").status_code == 308
        assert channel.put(url, video[GRANULE:], GRANULE, len(video)).status_code == 200

    def test_broken_chunk_keeps_whole_granules(self, box: Box, channel: Channel) -> None:
        video = mp4(size=4 * GRANULE)
        url = channel.start(len(video)).headers["location"]
        box.fault("reset_before", platform="youtube", step="upload.chunk", times=1)
        with pytest.raises(httpx.ReadError):
            channel.put(url, video, 0, len(video))
        answer = channel.probe(url, len(video))
        assert (answer.status_code, answer.headers["range"]) == (308, f"bytes=0-{2 * GRANULE - 1}")
        assert channel.put(url, video[2 * GRANULE :], 2 * GRANULE, len(video)).status_code == 200
        held = box.control("posts")["posts"]
        assert [row["media_sha256"] for row in held] == [hashlib.sha256(video).hexdigest()]

    def test_last_byte_without_answer_is_found_by_the_session(self, box: Box, channel: Channel) -> None:
        video = mp4()
        url = channel.start(len(video)).headers["location"]
        box.fault("timeout_after", platform="youtube", step="upload.chunk", times=1)
        with pytest.raises(httpx.ReadTimeout):
            channel.put(url, video, 0, len(video))
        assert channel.probe(url, len(video)).json()["kind"] == "youtube#video"
        assert box.control("posts")["total"] == 1

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({"title": ""}, "invalidTitle"),
            ({"title": "a" * 101}, "invalidTitle"),
            ({"title": "a<b"}, "invalidTitle"),
            ({"description": "é" * 2501}, "invalidDescription"),
            ({"tags": ["t" * 501]}, "invalidTags"),
            ({"categoryId": "music"}, "invalidCategoryId"),
            ({"status": {"privacyStatus": "friends"}}, "invalidVideoMetadata"),
            ({"status": {"privacyStatus": "public", "publishAt": "2030-01-01T00:00:00Z"}}, "invalidPublishAt"),
            ({"status": {"privacyStatus": "private", "publishAt": "2020-01-01T00:00:00Z"}}, "invalidPublishAt"),
        ],
    )
    def test_metadata_rules(self, channel: Channel, more: dict[str, Any], reason: str) -> None:
        answer = channel.start(1000, **more)
        assert answer.status_code == 400
        assert answer.json()["error"]["errors"][0]["reason"] == reason


class TestStates:
    def test_processing_then_processed(self, box: Box, channel: Channel) -> None:
        video_id = channel.publish(mp4(duration=65.4))
        early = channel.video(video_id)
        assert early["status"]["uploadStatus"] == "uploaded"
        assert early["processingDetails"]["processingStatus"] == "processing"
        box.advance(5)
        late = channel.video(video_id)
        assert late["status"]["uploadStatus"] == "processed"
        assert late["processingDetails"]["processingStatus"] == "succeeded"
        assert late["contentDetails"]["duration"] == "PT1M5S"
        assert late["statistics"]["viewCount"].isdigit()
        assert box.counts(LUMEN)["live"] == 1

    def test_not_a_video_fails(self, box: Box, channel: Channel) -> None:
        video_id = channel.publish(b"plain text, no video" * 20)
        box.advance(5)
        status = channel.video(video_id)["status"]
        assert (status["uploadStatus"], status["failureReason"]) == ("failed", "invalidFile")
        assert box.counts(LUMEN)["live"] == 0

    def test_duplicates_are_counted_and_refused_on_request(self, box: Box, channel: Channel) -> None:
        video = mp4()
        channel.publish(video)
        channel.publish(video)
        box.advance(5)
        assert box.counts(LUMEN)["duplicates"] == 1
        box.control("settings", {"youtube.refuse_duplicates_s": 86_400})
        third = channel.publish(video)
        box.advance(5)
        status = channel.video(third)["status"]
        assert (status["uploadStatus"], status["rejectionReason"]) == ("rejected", "duplicate")
        assert box.counts(LUMEN)["refused_duplicates"] == 1

    def test_private_video_with_publish_at_goes_public(self, box: Box, channel: Channel) -> None:
        at = datetime.fromtimestamp(START + 3600, UTC).isoformat().replace("+00:00", "Z")
        video_id = channel.publish(mp4(), status={"privacyStatus": "private", "publishAt": at})
        assert channel.video(video_id)["status"]["privacyStatus"] == "private"
        box.advance(3601)
        channel.renew()
        assert channel.video(video_id)["status"]["privacyStatus"] == "public"

    def test_unaudited_project_uploads_privately(self, box: Box, channel: Channel) -> None:
        box.control("settings", {"youtube.unaudited": True})
        video_id = channel.publish(mp4())
        assert channel.video(video_id)["status"]["privacyStatus"] == "private"

    def test_others_do_not_see_a_private_video(self, box: Box, channel: Channel) -> None:
        video_id = channel.publish(mp4(), status={"privacyStatus": "private"})
        box.advance(10)
        other = Channel(box, "UCtraiLnotesSandbox00003")
        assert other.get("videos", part="status", id=video_id).json()["items"] == []


class TestThumbnail:
    JPEG = b"\xff\xd8\xff\xe0" + bytes(2000)

    def set(self, channel: Channel, video_id: str, data: bytes) -> httpx.Response:
        url = "/www.googleapis.com/upload/youtube/v3/thumbnails/set"
        headers = {**channel.headers, "Content-Type": "image/jpeg"}
        return channel.box.http.post(url, params={"videoId": video_id}, content=data, headers=headers)

    def test_set(self, channel: Channel) -> None:
        answer = self.set(channel, channel.publish(mp4()), self.JPEG)
        assert answer.json()["items"][0]["maxres"]["width"] == 1280

    def test_refusals(self, box: Box, channel: Channel) -> None:
        video_id = channel.publish(mp4())
        reasons = [
            self.set(channel, video_id, data).json()["error"]["errors"][0]["reason"]
            for data in (b"", b"GIF89a" + bytes(50), self.JPEG + bytes(3_000_000))
        ]
        assert reasons == ["mediaBodyRequired", "imageFormatUnsupported", "uploadTooLarge"]
        fresh = Channel(box, "UCnewChannelSandbox00004")
        refused = self.set(fresh, fresh.publish(mp4(seed=3)), self.JPEG)
        assert refused.status_code == 403
        assert refused.json()["error"]["errors"][0]["domain"] == "youtube.thumbnail"


class TestQuota:
    def test_inserts_have_their_own_bucket_until_midnight_pacific(self, box: Box, channel: Channel) -> None:
        box.control("settings", {"youtube.inserts_per_day": 2})
        codes = [channel.start(1000).status_code for _ in range(3)]
        assert codes == [200, 200, 403]
        refused = channel.start(1000).json()["error"]
        assert refused["errors"][0]["reason"] == "quotaExceeded"
        assert refused["errors"][0]["domain"] == "youtube.quota"
        assert channel.get("channels", part="id", mine="true").status_code == 200
        box.advance(24 * 3600)
        channel.renew()
        assert channel.start(1000).status_code == 200

    def test_other_calls_share_the_pool(self, box: Box, channel: Channel) -> None:
        box.control("settings", {"youtube.units_per_day": 52})
        video_id = channel.publish(mp4())
        assert TestThumbnail().set(channel, video_id, TestThumbnail.JPEG).status_code == 200
        assert channel.get("videos", part="id", id=video_id).status_code == 200
        assert channel.get("videos", part="id", id=video_id).status_code == 200
        assert channel.get("videos", part="id", id=video_id).status_code == 403

    def test_channel_cap(self, box: Box, channel: Channel) -> None:
        box.control("settings", {"youtube.uploads_per_channel_day": 1})
        channel.publish(mp4())
        refused = channel.start(1000)
        assert (refused.status_code, refused.json()["error"]["errors"][0]["reason"]) == (400, "uploadLimitExceeded")


class TestAnalytics:
    def day(self, offset_s: float) -> str:
        return datetime.fromtimestamp(START + offset_s, UTC).date().isoformat()

    def test_rows_lag_two_days_and_add_up(self, box: Box, channel: Channel) -> None:
        video_id = channel.publish(mp4(duration=20))
        metrics = "views,estimatedMinutesWatched,averageViewDuration,averageViewPercentage,likes,subscribersGained"
        period = {"startDate": self.day(0), "endDate": self.day(12 * 86_400), "metrics": metrics}
        box.advance(86_400)
        channel.renew()
        assert "rows" not in channel.report(filters=f"video=={video_id}", **period)
        box.advance(9 * 86_400)
        channel.renew()
        total = channel.report(filters=f"video=={video_id}", **period)
        assert [head["name"] for head in total["columnHeaders"]] == metrics.split(",")
        ((views, minutes, average, percentage, likes, _),) = total["rows"]
        assert views > 0
        assert 0 < average < 20
        assert percentage == pytest.approx(100 * average / 20, abs=3)
        assert minutes == pytest.approx(views * average / 60, rel=0.1)
        daily = channel.report(filters=f"video=={video_id}", dimensions="day", **period)["rows"]
        assert sum(row[1] for row in daily) == views
        assert sum(row[5] for row in daily) == likes
        statistics = channel.video(video_id)["statistics"]
        assert int(statistics["viewCount"]) >= views

    def test_retention_falls(self, box: Box, channel: Channel) -> None:
        video_id = channel.publish(mp4(duration=20))
        box.advance(3 * 86_400)
        channel.renew()
        report = channel.report(
            filters=f"video=={video_id}",
            dimensions="elapsedVideoTimeRatio",
            metrics="audienceWatchRatio,relativeRetentionPerformance",
            startDate=self.day(0),
            endDate=self.day(3 * 86_400),
        )
        shares = [row[1] for row in report["rows"]]
        assert len(shares) == 100
        assert shares == sorted(shares, reverse=True)
        assert report["rows"][-1][0] == 1.0
