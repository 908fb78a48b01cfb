"""Instagram in both flavours: containers, publishing, limits, error table, insights."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import CALLBACK, Box
from tests.sandbox.transport import mp4

LUMEN = "17841400000000001"
HOST = "http://sandbox.test"
VIDEO_URL = f"{HOST}/m/abc/video.mp4"
JPEG = b"\xff\xd8\xff\xe0" + bytes(3000)
FB_SCOPES = (
    "pages_show_list,pages_read_engagement,instagram_basic,instagram_content_publish,instagram_manage_insights,"
    "business_management"
)
OWN_SCOPES = "instagram_business_basic,instagram_business_content_publish,instagram_business_manage_insights"


def facebook_token(box: Box, person: str = "100000000000001", scope: str = FB_SCOPES) -> str:
    """A person's long-lived token."""
    query = {"client_id": "sandbox-facebook", "scope": scope}
    code = box.consent("www.facebook.com/v25.0/dialog/oauth", person, query)["code"]
    client = {"client_id": "sandbox-facebook", "client_secret": "sandbox-facebook-secret"}
    url = "/graph.facebook.com/v25.0/oauth/access_token"
    short = box.http.get(url, params={**client, "code": code, "redirect_uri": CALLBACK}).json()
    exchange = {**client, "grant_type": "fb_exchange_token", "fb_exchange_token": short["access_token"]}
    return str(box.http.get(url, params=exchange).json()["access_token"])


def page_token(box: Box, person_token: str, page: str = "104000000000001") -> str:
    query = {"fields": "id,access_token", "access_token": person_token}
    rows = box.http.get("/graph.facebook.com/v25.0/me/accounts", params=query).json()["data"]
    return str(next(row["access_token"] for row in rows if row["id"] == page))


def own_tokens(box: Box, scope: str = OWN_SCOPES, account: str = LUMEN) -> dict[str, Any]:
    query = {"client_id": "sandbox-instagram", "scope": scope}
    code = box.consent("www.instagram.com/oauth/authorize", account, query)["code"]
    form = {
        "client_id": "sandbox-instagram",
        "client_secret": "sandbox-instagram-secret",
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": f"{code}#_",
    }
    answer: dict[str, Any] = box.http.post("/api.instagram.com/oauth/access_token", data=form).json()
    return dict(answer["data"][0])


class Account:
    """The professional account behind a Page token, and the calls a client makes."""

    def __init__(self, box: Box, token: str = "", base: str = "/graph.facebook.com/v25.0") -> None:
        self.box = box
        self.base = base
        self.token = token or page_token(box, facebook_token(box))

    def post(self, path: str, **values: Any) -> httpx.Response:
        return self.box.http.post(f"{self.base}/{path}", data={**values, "access_token": self.token})

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.box.http.get(f"{self.base}/{path}", params={**query, "access_token": self.token})

    def container(self, **values: Any) -> str:
        answer = self.post(f"{LUMEN}/media", **values)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def reel(self, video: bytes | None = None, **values: Any) -> str:
        """A container that is ready to be published."""
        self.box.serve(VIDEO_URL, video or mp4())
        container = self.container(media_type="REELS", video_url=VIDEO_URL, **values)
        self.box.settled()
        self.box.advance(5)
        return container

    def status(self, container: str) -> dict[str, Any]:
        return dict(self.get(container, fields="status_code,status,copyright_check_status").json())

    def publish(self, container: str) -> httpx.Response:
        return self.post(f"{LUMEN}/media_publish", creation_id=container)


def problem(answer: httpx.Response) -> tuple[int, int, int]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode", 0)


@pytest.fixture
def account(box: Box) -> Account:
    return Account(box)


class TestInstagramLogin:
    def test_short_then_long_then_refreshed_token(self, box: Box) -> None:
        short = own_tokens(box)
        assert str(short["user_id"]) != LUMEN
        query = {
            "grant_type": "ig_exchange_token",
            "client_secret": "sandbox-instagram-secret",
            "access_token": short["access_token"],
        }
        long = box.http.get("/graph.instagram.com/access_token", params=query).json()
        assert long["expires_in"] == 5_183_944
        refresh = {"grant_type": "ig_refresh_token", "access_token": long["access_token"]}
        url = "/graph.instagram.com/refresh_access_token"
        assert box.http.get(url, params=refresh).status_code == 400
        box.advance(86_401)
        fresh = box.http.get(url, params=refresh).json()
        assert fresh["access_token"] != long["access_token"]
        me = box.http.get(
            "/graph.instagram.com/v25.0/me",
            params={"fields": "user_id,username,account_type", "access_token": fresh["access_token"]},
        ).json()
        assert (me["user_id"], me["username"]) == (LUMEN, "lumen.studio")

    def test_a_personal_account_may_consent_but_is_refused_afterwards(self, box: Box) -> None:
        token = own_tokens(box, account="17841400000000004")["access_token"]
        answer = box.http.get("/graph.instagram.com/v25.0/me", params={"access_token": token})
        assert answer.status_code == 400
        assert "not an Instagram Business" in answer.json()["error"]["message"]

    def test_redirect_ends_with_the_fragment(self, box: Box) -> None:
        query = {"client_id": "sandbox-instagram", "scope": OWN_SCOPES, "response_type": "code"}
        answer = box.http.post(
            "/www.instagram.com/oauth/authorize",
            params={**query, "redirect_uri": CALLBACK},
            data={"account": LUMEN, "decision": "allow"},
        )
        assert answer.headers["location"].endswith("#_")

    def test_publishing_by_the_own_host(self, box: Box) -> None:
        own = Account(box, own_tokens(box)["access_token"], "/graph.instagram.com/v25.0")
        media = own.publish(own.reel()).json()["id"]
        assert own.get(media, fields="permalink").json()["permalink"].startswith("https://www.instagram.com/reel/")


class TestReel:
    def test_container_is_fetched_checked_and_published(self, box: Box, account: Account) -> None:
        video = mp4()
        box.serve(VIDEO_URL, video)
        container = account.container(media_type="REELS", video_url=VIDEO_URL, caption="Hello")
        assert account.status(container)["status_code"] == "IN_PROGRESS"
        assert problem(account.publish(container)) == (400, 9007, 2207027)
        box.settled()
        box.advance(5)
        assert account.status(container)["status_code"] == "FINISHED"
        media = account.publish(container).json()["id"]
        assert account.status(container)["status_code"] == "PUBLISHED"
        assert problem(account.publish(container)) == (400, 24, 2207008)
        shown = account.get(media, fields="id,permalink,media_type,media_product_type,shortcode").json()
        assert (shown["media_type"], shown["media_product_type"]) == ("VIDEO", "REELS")
        assert shown["permalink"] == f"https://www.instagram.com/reel/{shown['shortcode']}/"
        held = box.control(f"posts?id={media}")["posts"][0]
        assert held["media_sha256"] == hashlib.sha256(video).hexdigest()

    @pytest.mark.parametrize("video", [b"no video at all" * 90, mp4(duration=2), mp4(duration=901)])
    def test_unusable_files_end_in_error(self, account: Account, video: bytes) -> None:
        container = account.reel(video)
        status = account.status(container)
        assert status["status_code"] == "ERROR"
        assert "2207026" in status["status"]
        assert account.publish(container).status_code == 400

    def test_url_that_answers_nothing(self, box: Box, account: Account) -> None:
        container = account.container(media_type="REELS", video_url=f"{HOST}/missing.mp4")
        box.settled()
        assert "2207003" in account.status(container)["status"]

    def test_foreign_url_is_refused(self, account: Account) -> None:
        answer = account.post(f"{LUMEN}/media", media_type="REELS", video_url="https://elsewhere.test/v.mp4")
        assert problem(answer) == (400, 9004, 2207052)

    def test_unpublished_container_expires_after_a_day(self, box: Box, account: Account) -> None:
        container = account.reel()
        box.advance(86_400)
        assert account.status(container)["status_code"] == "EXPIRED"
        assert problem(account.publish(container)) == (400, -2, 2207020)

    def test_resumable_upload(self, box: Box, account: Account) -> None:
        video = mp4()
        made = account.post(f"{LUMEN}/media", media_type="REELS", upload_type="resumable", caption="x").json()
        assert made["uri"].startswith("http://sandbox.test/sandbox/rupload.facebook.com/ig-api-upload/")
        headers = {"Authorization": f"OAuth {account.token}", "offset": "0", "file_size": str(len(video))}
        wrong = box.http.post(made["uri"], content=video[5:], headers={**headers, "offset": "5"})
        assert wrong.json()["debug_info"]["type"] == "ProcessingFailedError"
        assert box.http.post(made["uri"], content=video, headers=headers).json()["success"] is True
        box.advance(5)
        assert account.publish(made["id"]).status_code == 200


class TestOtherKinds:
    def test_image_must_be_jpeg(self, box: Box, account: Account) -> None:
        url = box.serve(f"{HOST}/a.jpg", JPEG)
        good = account.container(image_url=url, caption="Photo")
        bad = account.container(image_url=box.serve(f"{HOST}/a.png", b"\x89PNG\r\n\x1a\n" + bytes(50)))
        box.settled()
        box.advance(5)
        media = account.publish(good).json()["id"]
        assert "/p/" in account.get(media, fields="permalink").json()["permalink"]
        assert "2207005" in account.status(bad)["status"]

    def test_carousel(self, box: Box, account: Account) -> None:
        children = [
            account.container(image_url=box.serve(f"{HOST}/{n}.jpg", JPEG + bytes([n])), is_carousel_item="true")
            for n in range(3)
        ]
        box.settled()
        parent = account.container(media_type="CAROUSEL", children=",".join(children), caption="Three")
        assert account.status(parent)["status_code"] == "IN_PROGRESS"
        box.advance(5)
        media = account.publish(parent).json()["id"]
        assert account.get(media, fields="media_type").json()["media_type"] == "CAROUSEL_ALBUM"
        assert problem(account.publish(children[0])) == (400, 24, 2207006)

    def test_carousel_rules(self, box: Box, account: Account) -> None:
        one = account.container(image_url=box.serve(f"{HOST}/1.jpg", JPEG), is_carousel_item="true")
        assert problem(account.post(f"{LUMEN}/media", media_type="CAROUSEL", children=one)) == (400, 100, 2207028)
        reel = account.post(f"{LUMEN}/media", media_type="REELS", video_url=VIDEO_URL, is_carousel_item="true")
        assert problem(reel) == (400, 100, 2207023)
        unknown = account.post(f"{LUMEN}/media", media_type="CAROUSEL", children=f"{one},17900000000000000")
        assert problem(unknown) == (400, 24, 2207006)


class TestRules:
    def test_caption_and_hashtags(self, account: Account) -> None:
        long = account.post(f"{LUMEN}/media", media_type="REELS", video_url=VIDEO_URL, caption="a" * 2201)
        assert problem(long) == (400, 36004, 2207010)
        tags = " ".join(f"#t{n}" for n in range(31))
        many = account.post(f"{LUMEN}/media", media_type="REELS", video_url=VIDEO_URL, caption=tags)
        assert problem(many) == (400, 100, 2207040)

    def test_daily_cap_is_readable_and_enforced_on_publish(self, box: Box, account: Account) -> None:
        box.control("settings", {"instagram.posts_per_day": 1})
        account.publish(account.reel())
        (limit,) = account.get(f"{LUMEN}/content_publishing_limit", fields="config,quota_usage").json()["data"]
        assert (limit["config"]["quota_total"], limit["quota_usage"]) == (1, 1)
        assert problem(account.publish(account.reel(mp4(seed=2)))) == (400, 9, 2207042)

    def test_missing_permission(self, box: Box) -> None:
        token = page_token(box, facebook_token(box, scope="pages_show_list,instagram_basic"))
        answer = Account(box, token).post(f"{LUMEN}/media", media_type="REELS", video_url=VIDEO_URL)
        assert problem(answer)[:2] == (403, 10)

    def test_someone_elses_account_is_invisible(self, account: Account) -> None:
        answer = account.get("17841400000000002", fields="username")
        assert problem(answer) == (400, 100, 33)

    def test_usage_headers(self, account: Account) -> None:
        answer = account.get(LUMEN, fields="username")
        assert '"call_count"' in answer.headers["x-app-usage"]
        assert "instagram" in answer.headers["x-business-use-case-usage"]

    def test_app_limit_answers_code_4(self, box: Box, account: Account) -> None:
        box.control("settings", {"meta.app_users": 1})
        codes = [account.get(LUMEN, fields="username") for _ in range(200)]
        assert problem(codes[-1])[1] == 4
        box.advance(3601)
        assert account.get(LUMEN, fields="username").status_code == 200

    def test_suspected_spam_by_tag_and_by_duplicate(self, box: Box, account: Account) -> None:
        spam = account.post(f"{LUMEN}/media", media_type="REELS", video_url=VIDEO_URL, caption="#sandbox-spam-hold")
        assert problem(spam) == (400, 4, 2207051)
        box.control("settings", {"instagram.refuse_duplicates_s": 86_400})
        account.publish(account.reel(caption="Same"))
        assert problem(account.publish(account.reel(caption="Same"))) == (400, 4, 2207051)

    def test_lost_answer_leaves_a_published_container(self, box: Box, account: Account) -> None:
        container = account.reel(caption="Hi #sandbox-timeout-after")
        with pytest.raises(httpx.ReadTimeout):
            account.publish(container)
        assert account.status(container)["status_code"] == "PUBLISHED"
        (row,) = account.get(f"{LUMEN}/media", fields="id,caption,permalink").json()["data"]
        assert row["caption"].startswith("Hi")


class TestInsights:
    METRICS = "views,reach,likes,comments,shares,saved,ig_reels_avg_watch_time,ig_reels_video_view_total_time"

    def test_empty_at_first_then_milliseconds(self, box: Box, account: Account) -> None:
        media = account.publish(account.reel(mp4(duration=20))).json()["id"]
        assert account.get(f"{media}/insights", metric=self.METRICS).json()["data"] == []
        box.advance(6 * 3600)
        rows = account.get(f"{media}/insights", metric=self.METRICS).json()["data"]
        values = {row["name"]: row["values"][0]["value"] for row in rows}
        assert values["views"] > values["reach"] > values["likes"] > 0
        assert 500 < values["ig_reels_avg_watch_time"] < 20_000
        assert rows[0]["id"] == f"{media}/insights/views/lifetime"

    def test_one_unknown_metric_fails_the_call(self, box: Box, account: Account) -> None:
        media = account.publish(account.reel()).json()["id"]
        assert problem(account.get(f"{media}/insights", metric="views,plays"))[:2] == (400, 100)
        assert problem(account.get(f"{media}/insights", metric="profile_visits"))[:2] == (400, 100)

    def test_account_numbers(self, box: Box, account: Account) -> None:
        account.publish(account.reel())
        box.advance(3 * 86_400)
        profile = account.get(LUMEN, fields="followers_count,media_count").json()
        assert profile["followers_count"] > 14_300
        assert profile["media_count"] == 1
        totals = account.get(f"{LUMEN}/insights", metric="views,likes", metric_type="total_value", period="day")
        assert totals.json()["data"][0]["total_value"]["value"] > 0
        series = account.get(f"{LUMEN}/insights", metric="reach,follower_count", period="day").json()["data"]
        assert [len(row["values"]) for row in series] == [2, 2]
