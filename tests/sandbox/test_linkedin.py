"""LinkedIn: members and organizations, part uploads with ETags, posts, duplicates, versions, numbers."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest

from sandbox.platforms.linkedin.posts_api import plain
from tests.sandbox.conftest import CALLBACK, Box
from tests.sandbox.transport import mp4

REST = "/api.linkedin.com/rest"
SCOPES = (
    "openid profile email w_member_social w_organization_social r_organization_social rw_organization_admin "
    "r_member_postAnalytics r_member_profileAnalytics"
)
MARA = "maraLind01"
ORGANIZATION = "80000001"
PART = 4_194_304
CLIENT = {"client_id": "sandbox-linkedin", "client_secret": "sandbox-linkedin-secret"}


def tokens_for(box: Box, account: str = MARA, scope: str = SCOPES) -> dict[str, Any]:
    query = {"client_id": "sandbox-linkedin", "scope": scope}
    code = box.consent("www.linkedin.com/oauth/v2/authorization", account, query)["code"]
    form = {**CLIENT, "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return dict(box.http.post("/www.linkedin.com/oauth/v2/accessToken", data=form).json())


class Member:
    def __init__(self, box: Box, scope: str = SCOPES, author: str = f"urn:li:person:{MARA}") -> None:
        self.box = box
        self.author = author
        self.tokens = tokens_for(box, scope=scope)
        self.headers = {
            "Authorization": f"Bearer {self.tokens['access_token']}",
            "LinkedIn-Version": "202609",
            "X-Restli-Protocol-Version": "2.0.0",
        }

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.box.http.get(f"{REST}/{path}", params=query, headers=self.headers)

    def action(self, resource: str, name: str, body: dict[str, Any]) -> httpx.Response:
        url = f"{REST}/{resource}"
        return self.box.http.post(url, params={"action": name}, json={f"{name}Request": body}, headers=self.headers)

    def initialize(self, size: int) -> httpx.Response:
        body = {"owner": self.author, "fileSizeBytes": size, "uploadCaptions": False, "uploadThumbnail": False}
        return self.action("videos", "initializeUpload", body)

    def put_parts(self, value: dict[str, Any], data: bytes) -> list[str]:
        etags = []
        for step in value["uploadInstructions"]:
            part = data[step["firstByte"] : step["lastByte"] + 1]
            answer = self.box.http.put(step["uploadUrl"], content=part)
            assert answer.status_code == 200, answer.text
            etags.append(answer.headers["etag"])
        return etags

    def finalize(self, value: dict[str, Any], etags: list[str]) -> httpx.Response:
        body = {"video": value["video"], "uploadToken": value["uploadToken"], "uploadedPartIds": etags}
        return self.action("videos", "finalizeUpload", body)

    def video(self, data: bytes) -> str:
        value = self.initialize(len(data)).json()["value"]
        assert self.finalize(value, self.put_parts(value, data)).status_code == 200
        self.box.advance(5)
        return str(value["video"])

    def post(self, text: str, content: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        body = {
            "author": self.author,
            "commentary": text,
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
            **({"content": content} if content else {}),
            **more,
        }
        return self.box.http.post(f"{REST}/posts", json=body, headers=self.headers)


@pytest.fixture
def member(box: Box) -> Member:
    return Member(box)


@pytest.fixture
def company(box: Box) -> Member:
    return Member(box, author=f"urn:li:organization:{ORGANIZATION}")


class TestLogin:
    def test_no_refresh_token_unless_the_app_is_a_partner(self, box: Box) -> None:
        tokens = tokens_for(box)
        assert tokens["expires_in"] == 5_184_000
        assert "refresh_token" not in tokens
        box.control("settings", {"linkedin.refresh_tokens": True})
        partner = tokens_for(box)
        box.advance(86_400)
        form = {**CLIENT, "grant_type": "refresh_token", "refresh_token": partner["refresh_token"]}
        fresh = box.http.post("/www.linkedin.com/oauth/v2/accessToken", data=form).json()
        assert fresh["refresh_token"] == partner["refresh_token"]
        assert fresh["refresh_token_expires_in"] == partner["refresh_token_expires_in"] - 86_400

    def test_member_and_organizations(self, box: Box, member: Member) -> None:
        info = box.http.get("/api.linkedin.com/v2/userinfo", headers=member.headers).json()
        assert (info["sub"], info["name"]) == (MARA, "Mara Lind")
        query = {"q": "roleAssignee", "role": "ADMINISTRATOR", "state": "APPROVED"}
        rows = member.get("organizationAcls", **query).json()["elements"]
        assert [row["organization"] for row in rows] == [f"urn:li:organization:{ORGANIZATION}"]
        url = "/api.linkedin.com/v2/organizationalEntityAcls"
        rows = box.http.get(url, params={"q": "roleAssignee"}, headers=member.headers).json()["elements"]
        assert [row["organizationalTarget~"]["localizedName"] for row in rows] == ["Lumen Studio", "Lumen Lab"]

    def test_expired_and_revoked_tokens(self, box: Box, member: Member) -> None:
        box.control("tokens", {"account_id": MARA, "action": "expire"})
        assert member.post("x").json()["serviceErrorCode"] == 65602
        fresh = Member(box)
        box.control("tokens", {"account_id": MARA, "action": "revoke"})
        assert fresh.post("x").json()["code"] == "REVOKED_ACCESS_TOKEN"

    @pytest.mark.parametrize(("version", "status"), [("", 400), ("202401", 426), ("202612", 426), ("202509", 201)])
    def test_version_header(self, member: Member, version: str, status: int) -> None:
        member.headers["LinkedIn-Version"] = version
        assert member.post("x").status_code == status


class TestVideo:
    def test_parts_finalize_process_post(self, box: Box, member: Member) -> None:
        data = mp4(size=2 * PART + 1000)
        value = member.initialize(len(data)).json()["value"]
        assert [step["lastByte"] for step in value["uploadInstructions"]] == [PART - 1, 2 * PART - 1, len(data) - 1]
        assert value["uploadInstructions"][0]["uploadUrl"].startswith("http://sandbox.test/sandbox/www.linkedin.com/")
        urn = value["video"]
        content = {"media": {"id": urn, "title": "T"}}
        assert member.post("x", content).json()["code"] == "MEDIA_ASSET_WAITING_UPLOAD"
        etags = member.put_parts(value, data)
        assert member.get(f"videos/{urn}").json()["status"] == "WAITING_UPLOAD"
        assert member.finalize(value, etags).status_code == 200
        assert member.get(f"videos/{urn}").json()["status"] == "PROCESSING"
        box.advance(5)
        assert member.get(f"videos/{urn}").json()["status"] == "AVAILABLE"
        made = member.post("Hello", content)
        assert (made.status_code, made.content) == (201, b"")
        post_urn = made.headers["x-restli-id"]
        assert post_urn.startswith("urn:li:ugcPost:")
        (held,) = box.control("posts")["posts"]
        assert held["media_sha256"] == hashlib.sha256(data).hexdigest()

    def test_parts_in_any_order_but_finalized_in_theirs(self, box: Box, member: Member) -> None:
        data = mp4(size=2 * PART)
        value = member.initialize(len(data)).json()["value"]
        steps = value["uploadInstructions"]
        second = box.http.put(steps[1]["uploadUrl"], content=data[PART:]).headers["etag"]
        first = box.http.put(steps[0]["uploadUrl"], content=data[:PART]).headers["etag"]
        assert member.finalize(value, [first]).status_code == 400
        assert member.finalize({**value, "uploadToken": "other"}, [first, second]).status_code == 400
        assert member.finalize(value, [first, second]).status_code == 200
        box.advance(5)
        member.post("Ordered", {"media": {"id": value["video"]}})
        assert box.control("posts")["posts"][0]["media_sha256"] == hashlib.sha256(data).hexdigest()

    def test_wrong_order_is_scrambled_without_a_word(self, box: Box, member: Member) -> None:
        data = mp4(size=2 * PART)
        value = member.initialize(len(data)).json()["value"]
        etags = member.put_parts(value, data)
        assert member.finalize(value, etags[::-1]).status_code == 200
        box.advance(5)
        member.post("Scrambled", {"media": {"id": value["video"]}})
        assert box.control("posts")["posts"][0]["media_sha256"] != hashlib.sha256(data).hexdigest()
        assert "scrambled" in box.control("calls?step=video.upload")["calls"][0]["note"]

    def test_upload_url_expires_and_needs_no_bearer(self, box: Box, member: Member) -> None:
        data = mp4(size=100_000)
        url = member.initialize(len(data)).json()["value"]["uploadInstructions"][0]["uploadUrl"]
        assert box.http.put(f"{url}x", content=data).status_code == 403
        assert box.http.put(url, content=data[:-1]).status_code == 400
        box.http.put(url, content=data, headers=member.headers)
        assert "bearer token" in box.control("calls?step=upload.part")["calls"][0]["note"]
        box.advance(86_401)
        assert box.http.put(url, content=data).status_code == 403

    def test_size_and_length_limits(self, box: Box, member: Member) -> None:
        assert member.initialize(1000).status_code == 400
        assert member.initialize(600 * 1024**2).status_code == 400
        urn = member.video(mp4(duration=2, size=90_000))
        answer = member.get(f"videos/{urn}").json()
        assert (answer["status"], "processingFailureReason" in answer) == ("PROCESSING_FAILED", True)
        assert member.post("x", {"media": {"id": urn}}).json()["code"] == "MEDIA_ASSET_PROCESSING_FAILED"

    def test_another_owners_video_is_forbidden(self, box: Box, member: Member, company: Member) -> None:
        urn = member.video(mp4(size=90_000))
        answer = company.post("x", {"media": {"id": urn}})
        assert answer.status_code == 403
        assert "resource is forbidden" in answer.json()["message"]


class TestPosts:
    def image(self, member: Member, seed: int = 0) -> str:
        value = member.action("images", "initializeUpload", {"owner": member.author}).json()["value"]
        data = b"\xff\xd8\xff\xe0" + bytes([seed]) * 500
        assert member.box.http.put(value["uploadUrl"], content=data).status_code == 201
        member.box.advance(5)
        return str(value["image"])

    def test_text_is_a_share(self, member: Member) -> None:
        made = member.post("Just words")
        assert made.headers["x-restli-id"].startswith("urn:li:share:")

    def test_several_images(self, member: Member) -> None:
        images = [{"id": self.image(member, seed), "altText": ""} for seed in (1, 2)]
        assert member.post("Two", {"multiImage": {"images": images}}).status_code == 201
        assert member.post("One", {"multiImage": {"images": images[:1]}}).status_code == 422

    def test_members_cannot_read_images_organizations_can(self, member: Member, company: Member) -> None:
        assert member.get(f"images/{self.image(member)}").status_code == 403
        assert company.get(f"images/{self.image(company)}").json()["status"] == "AVAILABLE"

    def test_duplicate_is_422_and_names_the_post(self, box: Box, member: Member) -> None:
        first = member.post("Same").headers["x-restli-id"]
        again = member.post("Same")
        assert again.status_code == 422
        assert again.json()["message"] == f"Content is a duplicate of {first}"
        assert again.json()["errorDetails"]["inputErrors"][0]["code"] == "DUPLICATE_POST"
        assert box.counts(MARA)["refused_duplicates"] == 1

    def test_little_text(self) -> None:
        assert (
            plain(r"A \(small\) test {hashtag|\#|tag} @[Lumen](urn:li:organization:1)") == "A (small) test #tag Lumen"
        )

    def test_rules(self, member: Member) -> None:
        assert member.post("a" * 3001).json()["code"] == "FIELD_LENGTH_TOO_LONG"
        assert member.post("x", visibility="NOBODY").status_code == 422
        assert member.post("x", author="urn:li:person:jonasWeil2").status_code == 403

    def test_missing_scope(self, box: Box) -> None:
        reader = Member(box, scope="openid profile")
        assert (reader.post("x").status_code, reader.post("x").json()["code"]) == (403, "ACCESS_DENIED")

    def test_daily_limit_ends_at_midnight_utc(self, box: Box, member: Member) -> None:
        box.control("settings", {"linkedin.posts_per_day": 1})
        member.post("one")
        refused = member.post("two")
        assert (refused.status_code, refused.json()["serviceErrorCode"]) == (429, 101)
        box.advance(86_400)
        assert member.post("two").status_code == 201

    def test_organizations_posts_can_be_listed_members_not(self, member: Member, company: Member) -> None:
        made = company.post("From us").headers["x-restli-id"]
        rows = company.get("posts", q="author", author=company.author).json()["elements"]
        assert [row["id"] for row in rows] == [made]
        assert member.get("posts", q="author", author=member.author).status_code == 403

    def test_lost_answer(self, box: Box, company: Member) -> None:
        with pytest.raises(httpx.ReadTimeout):
            company.post(r"Hi \#sandbox-timeout-after")
        rows = company.get("posts", q="author", author=company.author).json()["elements"]
        assert rows[0]["commentary"] == "Hi #sandbox-timeout-after"


class TestNumbers:
    def test_organization(self, box: Box, company: Member) -> None:
        urn = company.post("Video", {"media": {"id": company.video(mp4(size=90_000))}}).headers["x-restli-id"]
        box.advance(86_400)
        query = {"q": "organizationalEntity", "organizationalEntity": company.author, "ugcPosts": f"List({urn})"}
        (row,) = company.get("organizationalEntityShareStatistics", **query).json()["elements"]
        totals = row["totalShareStatistics"]
        assert totals["impressionCount"] > totals["uniqueImpressionsCount"] > totals["likeCount"] > 0
        video = company.get("videoAnalytics", q="entity", entity=urn, type="TIME_WATCHED", aggregation="ALL").json()
        assert video["elements"][0]["value"] > 1000
        size = company.get(f"networkSizes/{company.author}", edgeType="COMPANY_FOLLOWED_BY_MEMBER").json()
        assert size["firstDegreeSize"] >= 5_100

    def test_member(self, box: Box, member: Member) -> None:
        urn = member.post("Words").headers["x-restli-id"]
        box.advance(86_400)
        query = {"q": "entity", "entity": f"(share:{urn})", "queryType": "IMPRESSION", "aggregation": "TOTAL"}
        (row,) = member.get("memberCreatorPostAnalytics", **query).json()["elements"]
        assert row["count"] > 0
        assert row["metricType"] == "IMPRESSION"
        member.headers["LinkedIn-Version"] = "202604"
        (row,) = member.get("memberCreatorPostAnalytics", **query).json()["elements"]
        assert list(row["metricType"].values()) == ["IMPRESSION"]
        url = f"/api.linkedin.com/v2/socialActions/{urn}"
        counts = box.http.get(url, headers=member.headers).json()
        assert counts["likesSummary"]["totalLikes"] > 0
        assert member.get("memberFollowersCount", q="me").status_code == 200
