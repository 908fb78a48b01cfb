"""Blotato: key, accounts, media, posts and their states, schedules, analytics."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import START, Box
from tests.sandbox.test_instagram import HOST
from tests.sandbox.transport import mp4

API = "/backend.blotato.com/v2"
KEY = {"blotato-api-key": "sandbox-blotato-secret"}
TIKTOK = {
    "targetType": "tiktok",
    "privacyLevel": "PUBLIC_TO_EVERYONE",
    "disabledComments": False,
    "disabledDuet": False,
    "disabledStitch": False,
    "isBrandedContent": False,
    "isYourBrand": False,
    "isAiGenerated": False,
}


class Client:
    def __init__(self, box: Box) -> None:
        self.box = box

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.box.http.get(f"{API}/{path}", params=query, headers=KEY)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.box.http.post(f"{API}/{path}", json=body, headers=KEY)

    def upload(self, data: bytes) -> str:
        made = self.post("media/uploads", {"filename": "video.mp4"}).json()
        assert self.box.http.put(made["presignedUrl"], content=data).status_code == 200
        return str(made["publicUrl"])

    def submit(self, text: str, *urls: str, account: str = "98401", **root: Any) -> httpx.Response:
        content = {"text": text, "mediaUrls": list(urls), "platform": "tiktok"}
        return self.post("posts", {"post": {"accountId": account, "content": content, "target": TIKTOK}, **root})

    def status(self, submission: str) -> dict[str, Any]:
        return dict(self.get(f"posts/{submission}").json())


@pytest.fixture
def client(box: Box) -> Client:
    return Client(box)


class TestAccount:
    def test_key_is_checked(self, box: Box) -> None:
        assert box.http.get(f"{API}/users/me").status_code == 401
        assert box.http.get(f"{API}/users/me", headers={"blotato-api-key": "wrong"}).status_code == 401

    def test_accounts_and_subaccounts(self, client: Client) -> None:
        items = client.get("users/me/accounts", platform="tiktok").json()["items"]
        assert [item["id"] for item in items] == ["98401", "98402"]
        (page,) = client.get("users/me/accounts/98405/subaccounts").json()["items"]
        assert page == {"id": "104000000000001", "accountId": "98405", "name": "Lumen Studio"}
        assert client.get("social/pinterest/boards", accountId="98408").json()["items"][0]["id"] == "board-1"


class TestPosts:
    def test_presigned_upload_and_publish(self, box: Box, client: Client) -> None:
        video = mp4()
        made = client.submit("Hello", client.upload(video))
        assert made.status_code == 201
        submission = made.json()["postSubmissionId"]
        assert client.status(submission)["status"] == "in-progress"
        box.advance(6)
        done = client.status(submission)
        assert done["status"] == "published"
        assert done["publicUrl"].startswith("https://www.tiktok.com/@lumen.studio/video/")
        (held,) = box.control("posts")["posts"]
        assert held["media_sha256"] == hashlib.sha256(video).hexdigest()

    def test_url_is_fetched(self, box: Box, client: Client) -> None:
        submission = client.submit("Pulled", box.serve(f"{HOST}/v.mp4", mp4())).json()["postSubmissionId"]
        box.settled()
        box.advance(6)
        assert client.status(submission)["status"] == "published"
        missing = client.submit("Missing", f"{HOST}/none.mp4").json()["postSubmissionId"]
        box.settled()
        box.advance(6)
        assert client.status(missing)["status"] == "failed"
        assert "downloaded" in client.status(missing)["errorMessage"]

    def test_media_by_url_and_by_data_url(self, box: Box, client: Client) -> None:
        fetched = client.post("media", {"url": box.serve(f"{HOST}/v.mp4", mp4())}).json()["url"]
        data = base64.b64encode(mp4(seed=2)).decode()
        inline = client.post("media", {"url": f"data:video/mp4;base64,{data}"}).json()["url"]
        submissions = [client.submit(url, url).json()["postSubmissionId"] for url in (fetched, inline)]
        box.settled()
        box.advance(6)
        assert [client.status(one)["status"] for one in submissions] == ["published", "published"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"target": {**TIKTOK, "privacyLevel": ""}}, "target.privacyLevel"),
            ({"target": {name: TIKTOK[name] for name in TIKTOK if name != "isAiGenerated"}}, "target.isAiGenerated"),
            ({"content": {"text": "", "mediaUrls": [], "platform": "tiktok"}}, "content.mediaUrls"),
            ({"content": {"text": "", "mediaUrls": ["x"], "platform": "youtube"}}, "content.platform"),
            ({"accountId": "98403"}, "post.accountId"),
        ],
    )
    def test_422_names_the_field(self, client: Client, change: dict[str, Any], field: str) -> None:
        content = {"text": "x", "mediaUrls": ["https://x.test/v.mp4"], "platform": "tiktok"}
        post = {"accountId": "98401", "content": content, "target": TIKTOK, **change}
        answer = client.post("posts", {"post": post})
        assert answer.status_code == 422
        assert answer.json()["message"].startswith(field)

    def test_thirty_posts_a_minute(self, box: Box, client: Client) -> None:
        url = client.upload(mp4())
        codes = [client.submit(f"p{n}", url).status_code for n in range(31)]
        assert codes.count(429) == 1
        box.advance(61)
        assert client.submit("later", url).status_code == 201

    def test_key_on_the_upload_address_is_noted(self, box: Box, client: Client) -> None:
        made = client.post("media/uploads", {"filename": "v.mp4"}).json()
        box.http.put(made["presignedUrl"], content=mp4(), headers=KEY)
        assert "API key" in box.control("calls?step=media.upload")["calls"][0]["note"]
        assert box.http.put(made["presignedUrl"], content=mp4()).status_code == 403

    def test_lost_answer_is_found_in_the_listing(self, box: Box, client: Client) -> None:
        with pytest.raises(httpx.ReadTimeout):
            client.submit("Hi #sandbox-timeout-after", client.upload(mp4()))
        box.advance(6)
        (item,) = client.get("posts").json()["items"]
        assert (item["text"], item["state"]["type"]) == ("Hi #sandbox-timeout-after", "published")


class TestSchedule:
    def at(self, seconds: float) -> str:
        return datetime.fromtimestamp(START + seconds, UTC).isoformat()

    def test_scheduled_moved_and_removed(self, box: Box, client: Client) -> None:
        url = client.upload(mp4())
        first = client.submit("One", url, scheduledTime=self.at(3600)).json()["postSubmissionId"]
        second = client.submit("Two", url, scheduledTime=self.at(3600)).json()["postSubmissionId"]
        assert client.status(first)["status"] == "scheduled"
        assert client.get("schedules").json()["count"] == "2"
        patch = {"patch": {"scheduledTime": self.at(7200)}}
        assert box.http.patch(f"{API}/schedules/{first}", json=patch, headers=KEY).status_code == 204
        assert box.http.delete(f"{API}/schedules/{second}", headers=KEY).status_code == 204
        box.advance(3700)
        assert client.status(first)["status"] == "scheduled"
        assert client.get(f"posts/{second}").status_code == 404
        box.advance(3600)
        assert client.status(first)["status"] == "published"
        assert box.counts("98401")["live"] == 1

    def test_time_inside_the_post_is_ignored(self, box: Box, client: Client) -> None:
        content = {"text": "x", "mediaUrls": [client.upload(mp4())], "platform": "tiktok"}
        post = {"accountId": "98401", "content": content, "target": TIKTOK, "scheduledTime": self.at(3600)}
        submission = client.post("posts", {"post": post}).json()["postSubmissionId"]
        box.advance(6)
        assert client.status(submission)["status"] == "published"


class TestAnalytics:
    def test_counts_are_strings_and_ids_those_of_the_listing(self, box: Box, client: Client) -> None:
        submission = client.submit("Hello", client.upload(mp4())).json()["postSubmissionId"]
        box.advance(6)
        (item,) = client.get("posts").json()["items"]
        assert client.get(f"posts/{item['id']}/analytics").json()["metrics"] is None
        box.advance(86_400)
        found = client.get(f"posts/{item['id']}/analytics").json()
        assert int(found["metrics"]["viewsCount"]) > int(found["metrics"]["likesCount"]) > 0
        assert isinstance(found["metrics"]["engagementRate"], float)
        assert client.get(f"posts/{submission}/analytics").status_code == 404
        assert client.get("analytics").json()["items"][0]["id"] == item["id"]
        assert int(client.get("analytics/summary").json()["viewsCount"]) > 0
