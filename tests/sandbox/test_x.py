"""X: PKCE, 30-second codes, chunked media, posts, duplicate text, rate headers, metrics."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import httpx
import pytest

from sandbox.platforms.x.tweets import weighted_length
from tests.sandbox.conftest import CALLBACK, Box
from tests.sandbox.transport import mp4

API = "/api.x.com/2"
SCOPES = "tweet.read tweet.write users.read media.write offline.access"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BASIC = ("sandbox-x", "sandbox-x-secret")
LUMEN = "2244990001"


def code_for(box: Box, account: str = LUMEN, scope: str = SCOPES) -> str:
    query = {"client_id": "sandbox-x", "scope": scope, "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    return box.consent("x.com/i/oauth2/authorize", account, query)["code"]


def exchange(box: Box, code: str, **more: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return box.http.post(f"{API}/oauth2/token", data={**form, **more}, auth=BASIC)


def refresh(box: Box, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return box.http.post(f"{API}/oauth2/token", data=form, auth=BASIC)


class User:
    def __init__(self, box: Box, account: str = LUMEN, scope: str = SCOPES) -> None:
        self.box = box
        self.tokens: dict[str, Any] = exchange(box, code_for(box, account, scope)).json()
        self.headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.box.http.get(f"{API}/{path}", params=query, headers=self.headers)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.box.http.post(f"{API}/{path}", json=body, headers=self.headers, **more)

    def initialize(self, size: int, kind: str = "video/mp4", category: str = "tweet_video") -> httpx.Response:
        body = {"media_type": kind, "total_bytes": size, "media_category": category}
        return self.post("media/upload/initialize", body)

    def append(self, media_id: str, index: int, data: bytes) -> httpx.Response:
        url = f"{API}/media/upload/{media_id}/append"
        files = {"media": ("blob", data, "application/octet-stream")}
        return self.box.http.post(url, data={"segment_index": str(index)}, files=files, headers=self.headers)

    def finalize(self, media_id: str) -> httpx.Response:
        return self.post(f"media/upload/{media_id}/finalize")

    def status(self, media_id: str) -> dict[str, Any]:
        answer = self.get("media/upload", command="STATUS", media_id=media_id)
        return dict(answer.json()["data"]["processing_info"])

    def video(self, data: bytes) -> str:
        media_id = str(self.initialize(len(data)).json()["data"]["id"])
        for index, start in enumerate(range(0, len(data), 1_000_000)):
            assert self.append(media_id, index, data[start : start + 1_000_000]).status_code == 200
        assert self.finalize(media_id).status_code == 200
        self.box.advance(4)
        return media_id

    def tweet(self, text: str, *media_ids: str) -> httpx.Response:
        body: dict[str, Any] = {"text": text}
        if media_ids:
            body["media"] = {"media_ids": list(media_ids)}
        return self.post("tweets", body)


@pytest.fixture
def user(box: Box) -> User:
    return User(box)


class TestLogin:
    def test_challenge_is_required(self, box: Box) -> None:
        query = {"client_id": "sandbox-x", "scope": SCOPES, "response_type": "code", "redirect_uri": CALLBACK}
        answer = box.http.get("/x.com/i/oauth2/authorize", params=query)
        assert answer.status_code == 303
        assert "error=invalid_request" in answer.headers["location"]

    def test_code_lives_thirty_seconds(self, box: Box) -> None:
        quick, slow = code_for(box), code_for(box)
        box.advance(29)
        assert exchange(box, quick).status_code == 200
        box.advance(2)
        assert exchange(box, slow).status_code == 400

    def test_wrong_verifier(self, box: Box) -> None:
        assert exchange(box, code_for(box), code_verifier="w" * 64).status_code == 400

    def test_refresh_rotates(self, box: Box, user: User) -> None:
        first = user.tokens["refresh_token"]
        second = refresh(box, first).json()["refresh_token"]
        assert refresh(box, first).json()["error"] == "invalid_grant"
        assert refresh(box, second).status_code == 200

    def test_refresh_token_needs_offline_access(self, box: Box) -> None:
        assert "refresh_token" not in User(box, scope="tweet.read users.read").tokens

    def test_secret_is_checked(self, box: Box) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        assert box.http.post(f"{API}/oauth2/token", data=form, auth=("sandbox-x", "no")).status_code == 401

    def test_client_by_its_former_name(self, box: Box) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        answer = box.http.post(f"{API}/oauth2/token", data=form, auth=("sandbox-twitter", "sandbox-twitter-secret"))
        assert answer.json()["error"] == "invalid_grant"

    def test_me(self, user: User) -> None:
        data = user.get("users/me", **{"user.fields": "username,public_metrics"}).json()["data"]
        assert data["username"] == "lumenstudio"
        assert data["public_metrics"]["followers_count"] == 7_600

    def test_expired_and_revoked(self, box: Box, user: User) -> None:
        box.advance(7201)
        answer = user.get("users/me")
        assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")
        assert answer.headers["content-type"].startswith("application/problem+json")


class TestMedia:
    def test_segments_then_processing(self, box: Box, user: User) -> None:
        data = mp4(size=2_500_000)
        media_id = str(user.initialize(len(data)).json()["data"]["id"])
        for index, start in enumerate(range(0, len(data), 1_000_000)):
            user.append(media_id, index, data[start : start + 1_000_000])
        final = user.finalize(media_id).json()["data"]
        assert final["processing_info"]["state"] == "pending"
        box.advance(1)
        assert user.status(media_id)["state"] == "in_progress"
        assert user.tweet("Too early", media_id).status_code == 400
        box.advance(3)
        assert user.status(media_id)["state"] == "succeeded"
        made = user.tweet("Now", media_id)
        assert made.status_code == 201
        held = box.control(f"posts?id={made.json()['data']['id']}")["posts"][0]
        assert held["media_sha256"] == hashlib.sha256(data).hexdigest()

    def test_repeated_segment_counts_once_and_a_gap_fails_at_finalize(self, user: User) -> None:
        data = mp4(size=2_000_000)
        good = str(user.initialize(len(data)).json()["data"]["id"])
        user.append(good, 0, data[:1_000_000])
        user.append(good, 0, data[:1_000_000])
        user.append(good, 1, data[1_000_000:])
        assert user.finalize(good).status_code == 200
        bad = str(user.initialize(len(data)).json()["data"]["id"])
        user.append(bad, 0, data[:1_000_000])
        assert user.append(bad, 2, data[1_000_000:]).status_code == 200
        assert user.finalize(bad).status_code == 400

    def test_unusable_video_fails_in_processing(self, box: Box, user: User) -> None:
        info = user.status(user.video(mp4(duration=141)))
        assert (info["state"], info["error"]["name"]) == ("failed", "InvalidMedia")

    def test_image_is_ready_at_once(self, user: User) -> None:
        image = b"\xff\xd8\xff\xe0" + bytes(500)
        media_id = str(user.initialize(len(image), "image/jpeg", "tweet_image").json()["data"]["id"])
        user.append(media_id, 0, image)
        assert "processing_info" not in user.finalize(media_id).json()["data"]
        assert user.tweet("Photo", media_id).status_code == 201

    def test_older_command_form(self, user: User) -> None:
        data = mp4()
        init = {"command": "INIT", "media_type": "video/mp4", "total_bytes": len(data), "media_category": "tweet_video"}
        url = f"{API}/media/upload"
        media_id = user.box.http.post(url, data=init, headers=user.headers).json()["data"]["id"]
        form = {"command": "APPEND", "media_id": media_id, "segment_index": "0"}
        user.box.http.post(url, data=form, files={"media": ("b", data)}, headers=user.headers)
        final = user.box.http.post(url, data={"command": "FINALIZE", "media_id": media_id}, headers=user.headers)
        assert final.json()["data"]["size"] == len(data)

    @pytest.mark.parametrize(
        ("size", "kind", "category"),
        [
            (600 * 1024**2, "video/mp4", "tweet_video"),
            (6 * 1024**2, "image/jpeg", "tweet_image"),
            (10, "video/mp4", "tweet_image"),
            (10, "video/mp4", "other"),
        ],
    )
    def test_initialize_rules(self, user: User, size: int, kind: str, category: str) -> None:
        assert user.initialize(size, kind, category).status_code == 400


class TestPosts:
    def test_duplicate_text_is_refused(self, box: Box, user: User) -> None:
        assert user.tweet("Hello").status_code == 201
        again = user.tweet("Hello")
        assert again.status_code == 403
        assert again.json()["detail"] == "You are not allowed to create a Tweet with duplicate content."
        box.advance(86_401)
        fresh = User(box)
        assert fresh.tweet("Hello").status_code == 201

    def test_length_is_weighted(self, user: User) -> None:
        assert weighted_length("https://example.org/a/very/long/path ab") == 26
        assert weighted_length("日本") == 4
        assert user.tweet("a" * 280).status_code == 201
        assert user.tweet("日" * 141).status_code == 403

    def test_one_video_or_four_images(self, user: User) -> None:
        first, second = user.video(mp4(seed=1)), user.video(mp4(seed=2))
        assert user.tweet("Two", first, second).status_code == 400

    def test_missing_scope(self, box: Box) -> None:
        reader = User(box, scope="tweet.read users.read")
        assert reader.tweet("x").status_code == 403

    def test_rate_headers_and_limit(self, box: Box, user: User) -> None:
        box.control("settings", {"x.posts_per_window": 2})
        first = user.tweet("one")
        assert first.headers["x-rate-limit-limit"] == "2"
        assert first.headers["x-rate-limit-remaining"] == "1"
        user.tweet("two")
        refused = user.tweet("three")
        assert refused.status_code == 429
        assert refused.json()["title"] == "Too Many Requests"
        reset = int(refused.headers["x-rate-limit-reset"])
        box.advance(reset - box.control("state")["now"] + 1)
        assert user.tweet("three").status_code == 201

    def test_credits_depleted(self, box: Box, user: User) -> None:
        box.fault("quota", platform="x", step="tweet.create", times=1)
        answer = user.tweet("x")
        assert (answer.status_code, answer.json()["title"]) == (402, "CreditsDepleted")

    def test_lost_answer_is_found_in_the_timeline(self, box: Box, user: User) -> None:
        with pytest.raises(httpx.ReadError):
            user.tweet("Hi #sandbox-reset-after")
        (row,) = user.get(f"users/{LUMEN}/tweets", max_results="5").json()["data"]
        assert row["text"].startswith("Hi")


class TestMetrics:
    def test_public_and_own_numbers(self, box: Box, user: User) -> None:
        post_id = user.tweet("Look", user.video(mp4(duration=20))).json()["data"]["id"]
        box.advance(86_400)
        fresh = User(box)
        answer = fresh.get(
            "tweets",
            ids=f"{post_id},1",
            **{
                "tweet.fields": "public_metrics,non_public_metrics,attachments",
                "expansions": "attachments.media_keys",
                "media.fields": "public_metrics,non_public_metrics,duration_ms",
            },
        ).json()
        (row,) = answer["data"]
        assert row["public_metrics"]["impression_count"] > row["public_metrics"]["like_count"] > 0
        assert row["non_public_metrics"]["engagements"] > 0
        (item,) = answer["includes"]["media"]
        assert item["duration_ms"] == 20_000
        counts = [item["non_public_metrics"][f"playback_{quarter}_count"] for quarter in (0, 25, 50, 75, 100)]
        assert counts == sorted(counts, reverse=True)
        assert answer["errors"][0]["value"] == "1"

    def test_non_public_numbers_end_after_thirty_days(self, box: Box, user: User) -> None:
        post_id = user.tweet("Old").json()["data"]["id"]
        box.advance(31 * 86_400)
        fields = {"tweet.fields": "public_metrics,non_public_metrics"}
        (row,) = User(box).get("tweets", ids=post_id, **fields).json()["data"]
        assert "public_metrics" in row
        assert "non_public_metrics" not in row
