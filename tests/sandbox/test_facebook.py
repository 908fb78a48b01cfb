"""Facebook Login and Pages: tokens, tasks, Reels by phases, other edges, insights."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import CALLBACK, START, Box
from tests.sandbox.test_instagram import HOST, JPEG, facebook_token, page_token, problem
from tests.sandbox.transport import mp4

PAGE = "104000000000001"
OMAR = "100000000000002"
GRAPH = "/graph.facebook.com/v25.0"
SCOPES = "pages_show_list,pages_manage_posts,pages_read_engagement,read_insights"


class Page:
    """A Page with its own token, and the calls a client makes."""

    def __init__(self, box: Box, token: str = "") -> None:
        self.box = box
        self.token = token or page_token(box, facebook_token(box, scope=SCOPES))

    def post(self, path: str, files: Any = None, **values: Any) -> httpx.Response:
        return self.box.http.post(f"{GRAPH}/{path}", data={**values, "access_token": self.token}, files=files)

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.box.http.get(f"{GRAPH}/{path}", params={**query, "access_token": self.token})

    def start(self, edge: str = "video_reels") -> dict[str, Any]:
        return dict(self.post(f"{PAGE}/{edge}", upload_phase="start").json())

    def transfer(self, url: str, video: bytes, offset: int = 0, size: int | None = None) -> httpx.Response:
        headers = {"Authorization": f"OAuth {self.token}", "offset": str(offset), "file_size": str(size or len(video))}
        return self.box.http.post(url, content=video, headers=headers)

    def finish(self, video_id: str, **values: Any) -> httpx.Response:
        given = {"upload_phase": "finish", "video_id": video_id, "video_state": "PUBLISHED", **values}
        return self.post(f"{PAGE}/video_reels", **given)

    def reel(self, video: bytes | None = None, **values: Any) -> tuple[str, str]:
        started = self.start()
        assert self.transfer(started["upload_url"], video or mp4()).json() == {"success": True}
        done = self.finish(started["video_id"], **values)
        assert done.status_code == 200, done.text
        return started["video_id"], done.json()["post_id"]

    def status(self, video_id: str) -> dict[str, Any]:
        return dict(self.get(video_id, fields="status,permalink_url,post_id").json())


@pytest.fixture
def page(box: Box) -> Page:
    return Page(box)


class TestLogin:
    def test_short_lived_token_is_exchanged(self, box: Box) -> None:
        query = {"client_id": "sandbox-facebook", "scope": SCOPES}
        code = box.consent("www.facebook.com/v25.0/dialog/oauth", OMAR, query)["code"]
        client = {"client_id": "sandbox-facebook", "client_secret": "sandbox-facebook-secret"}
        url = f"{GRAPH}/oauth/access_token"
        given = {**client, "code": code, "redirect_uri": CALLBACK}
        short = box.http.get(url, params=given).json()
        assert short["expires_in"] == 7200
        assert problem(box.http.get(url, params=given))[0] == 400
        exchange = {**client, "grant_type": "fb_exchange_token", "fb_exchange_token": short["access_token"]}
        assert box.http.get(url, params=exchange).json()["expires_in"] == 5_183_944
        box.advance(7201)
        assert problem(box.http.get(f"{GRAPH}/me", params={"access_token": short["access_token"]})) == (401, 190, 463)
        assert problem(box.http.get(url, params=exchange))[1] == 190

    def test_pages_are_paged_and_link_instagram(self, box: Box) -> None:
        token = facebook_token(box, OMAR, SCOPES)
        query = {"fields": "id,name,tasks,instagram_business_account", "limit": "2", "access_token": token}
        first = box.http.get(f"{GRAPH}/me/accounts", params=query).json()
        assert [row["name"] for row in first["data"]] == ["Northside Bakes", "Trail Notes"]
        assert first["data"][0]["instagram_business_account"]["id"] == "17841400000000002"
        rest = box.http.get(first["paging"]["next"]).json()
        assert rest["data"][0]["tasks"] == ["ANALYZE"]
        assert "next" not in rest["paging"]

    def test_page_token_outlives_the_person_token_but_not_a_revocation(self, box: Box) -> None:
        person = facebook_token(box, scope=SCOPES)
        page = Page(box, page_token(box, person))
        box.advance(61 * 86_400)
        assert page.get(PAGE, fields="name").status_code == 200
        again = facebook_token(box, scope=SCOPES)
        other = Page(box, page_token(box, again))
        assert box.http.request("DELETE", f"{GRAPH}/me/permissions", params={"access_token": again}).json() == {
            "success": True
        }
        assert problem(other.get(PAGE, fields="name")) == (401, 190, 458)
        assert page.get(PAGE, fields="name").status_code == 200

    def test_debug_token(self, box: Box, page: Page) -> None:
        query = {"input_token": page.token, "access_token": "sandbox-facebook|sandbox-facebook-secret"}
        data = box.http.get(f"{GRAPH}/debug_token", params=query).json()["data"]
        assert (data["is_valid"], data["type"]) == (True, "PAGE")

    def test_granted_permissions(self, box: Box) -> None:
        token = facebook_token(box, scope="pages_show_list,read_insights")
        rows = box.http.get(f"{GRAPH}/me/permissions", params={"access_token": token}).json()["data"]
        assert {row["permission"] for row in rows} == {"pages_show_list", "read_insights"}


class TestReels:
    def test_phases_and_states(self, box: Box, page: Page) -> None:
        video = mp4()
        started = page.start()
        assert started["upload_url"].startswith("http://sandbox.test/sandbox/rupload.facebook.com/video-upload/")
        early = page.finish(started["video_id"])
        assert problem(early)[:2] == (400, 100)
        page.transfer(started["upload_url"], video)
        status = page.status(started["video_id"])["status"]
        assert (status["video_status"], status["uploading_phase"]["bytes_transferred"]) == (
            "upload_complete",
            len(video),
        )
        done = page.finish(started["video_id"], description="Hello").json()
        assert done["success"] is True
        status = page.status(started["video_id"])["status"]
        assert (status["video_status"], status["processing_phase"]["status"]) == ("processing", "in_progress")
        box.advance(5)
        shown = page.status(started["video_id"])
        assert shown["status"]["video_status"] == "ready"
        assert shown["status"]["publishing_phase"]["publish_status"] == "published"
        assert shown["permalink_url"] == f"/reel/{started['video_id']}/"
        assert shown["post_id"] == done["post_id"]
        held = box.control(f"posts?id={done['post_id']}")["posts"][0]
        assert held["media_sha256"] == hashlib.sha256(video).hexdigest()

    def test_processed_before_finish_it_is_a_draft_until_it_is_finished(self, box: Box, page: Page) -> None:
        box.control("settings", {"facebook.process_before_finish": True})
        started = page.start()
        page.transfer(started["upload_url"], mp4())
        box.advance(5)
        status = page.status(started["video_id"])["status"]
        assert [status[f"{name}_phase"]["status"] for name in ("uploading", "processing", "publishing")] == [
            "complete", "complete", "not_started",
        ]  # fmt: skip
        assert status["publishing_phase"]["publish_status"] == "draft"
        assert box.control("counts")["totals"]["live"] == 0
        page.finish(started["video_id"], description="Hello")
        assert page.status(started["video_id"])["status"]["publishing_phase"]["publish_status"] == "published"
        assert box.control("counts")["totals"]["live"] == 1

    def test_a_list_may_lag_behind_what_is_live(self, box: Box, page: Page) -> None:
        box.control("settings", {"facebook.listing_lag_s": 30})
        page.post(f"{PAGE}/feed", message="Hello")
        assert page.get(f"{PAGE}/feed").json()["data"] == []
        box.advance(31)
        assert [row["message"] for row in page.get(f"{PAGE}/feed", fields="message").json()["data"]] == ["Hello"]

    def test_broken_transfer_goes_on_at_its_offset(self, box: Box, page: Page) -> None:
        video = mp4(size=600_000)
        started = page.start()
        box.fault("reset_before", platform="facebook", step="upload.transfer", times=1)
        with pytest.raises(httpx.ReadError):
            page.transfer(started["upload_url"], video)
        sent = page.status(started["video_id"])["status"]["uploading_phase"]["bytes_transferred"]
        assert sent == 300_000
        assert page.transfer(started["upload_url"], video, 0).status_code == 400
        assert page.transfer(started["upload_url"], video[sent:], sent, len(video)).status_code == 200
        page.finish(started["video_id"])
        (held,) = box.control("posts")["posts"]
        assert held["media_sha256"] == hashlib.sha256(video).hexdigest()

    def test_pulled_by_url(self, box: Box, page: Page) -> None:
        url = box.serve(f"{HOST}/v.mp4", mp4())
        started = page.start()
        headers = {"Authorization": f"OAuth {page.token}", "file_url": url}
        assert box.http.post(started["upload_url"], headers=headers).json() == {"success": True}
        box.settled()
        assert page.finish(started["video_id"]).status_code == 200

    @pytest.mark.parametrize("video", [mp4(duration=91), mp4(width=360, height=640), b"nothing" * 99])
    def test_unfit_videos_end_in_error(self, box: Box, page: Page, video: bytes) -> None:
        video_id, _ = page.reel(video)
        box.advance(5)
        status = page.status(video_id)["status"]
        assert status["video_status"] == "error"
        assert status["processing_phase"]["errors"][0]["code"] > 0
        assert box.counts(PAGE)["live"] == 0

    def test_scheduled(self, box: Box, page: Page) -> None:
        at = int(START + 5 * 86_400)
        video_id, _ = page.reel(video_state="SCHEDULED", scheduled_publish_time=str(at))
        box.advance(60)
        assert page.status(video_id)["status"]["publishing_phase"]["publish_status"] == "scheduled"
        box.advance(5 * 86_400)
        assert page.status(video_id)["status"]["publishing_phase"]["publish_status"] == "published"

    def test_thirty_a_day(self, box: Box, page: Page) -> None:
        box.control("settings", {"facebook.reels_per_day": 1})
        page.reel()
        assert problem(page.post(f"{PAGE}/video_reels", upload_phase="start"))[1] == 613

    def test_repeating_the_latest_post_is_refused(self, box: Box, page: Page) -> None:
        page.reel(description="Same")
        started = page.start()
        page.transfer(started["upload_url"], mp4())
        assert problem(page.finish(started["video_id"], description="Same"))[1] == 506
        assert page.finish(started["video_id"], description="Other").status_code == 200
        assert box.counts(PAGE)["refused_duplicates"] == 1

    def test_role_and_token_are_checked(self, box: Box) -> None:
        person = facebook_token(box, OMAR, SCOPES)
        weak = Page(box, page_token(box, person, "104000000000005"))
        assert problem(weak.post("104000000000005/video_reels", upload_phase="start"))[:2] == (403, 200)
        with_person_token = Page(box, facebook_token(box, scope=SCOPES))
        assert problem(with_person_token.post(f"{PAGE}/video_reels", upload_phase="start"))[:2] == (403, 200)


class TestOtherEdges:
    def test_video_by_url(self, box: Box, page: Page) -> None:
        url = box.serve(f"{HOST}/v.mp4", mp4())
        made = page.post(f"{PAGE}/videos", file_url=url, description="By URL").json()
        box.settled()
        box.advance(5)
        assert page.status(made["id"])["status"]["video_status"] == "ready"
        assert box.counts(PAGE)["live"] == 1

    def test_video_in_pieces(self, box: Box, page: Page) -> None:
        video = mp4(size=9_000_000)
        edge = f"{PAGE}/videos"
        started = page.post(edge, upload_phase="start", file_size=len(video)).json()
        session = started["upload_session_id"]
        offsets = started
        while offsets["start_offset"] != offsets["end_offset"]:
            first, last = int(offsets["start_offset"]), int(offsets["end_offset"])
            files = {"video_file_chunk": ("c", video[first:last], "application/octet-stream")}
            answer = page.post(edge, files, upload_phase="transfer", upload_session_id=session, start_offset=str(first))
            assert answer.status_code == 200, answer.text
            offsets = answer.json()
        done = page.post(edge, upload_phase="finish", upload_session_id=session, description="Pieces")
        assert done.json() == {"success": True}
        (held,) = box.control("posts")["posts"]
        assert held["media_sha256"] == hashlib.sha256(video).hexdigest()

    def test_photos_in_one_feed_post(self, box: Box, page: Page) -> None:
        ids = []
        for n in range(2):
            files = {"source": ("p.jpg", JPEG + bytes([n]), "image/jpeg")}
            ids.append(page.post(f"{PAGE}/photos", files, published="false").json()["id"])
        body = {"message": "Two", "attached_media": [{"media_fbid": photo} for photo in ids]}
        url = f"{GRAPH}/{PAGE}/feed"
        query = {"fields": "id,permalink_url", "access_token": page.token}
        made = box.http.post(url, params=query, json=body).json()
        assert made["id"].startswith(f"{PAGE}_")
        assert made["permalink_url"].startswith("https://www.facebook.com/")
        again = box.http.post(url, params=query, json={**body, "message": "Other"})
        assert problem(again)[:3] == (400, 1, 1366051)

    def test_feed_duplicate_and_empty(self, page: Page) -> None:
        assert page.post(f"{PAGE}/feed", message="Hello").status_code == 200
        assert problem(page.post(f"{PAGE}/feed", message="Hello"))[1] == 506
        assert problem(page.post(f"{PAGE}/feed", message=""))[1] == 100

    def test_photo_story(self, page: Page) -> None:
        files = {"source": ("p.jpg", JPEG, "image/jpeg")}
        photo = page.post(f"{PAGE}/photos", files, published="false").json()["id"]
        made = page.post(f"{PAGE}/photo_stories", photo_id=photo).json()
        assert made["post_id"].startswith(f"{PAGE}_")

    def test_not_a_photo(self, page: Page) -> None:
        files = {"source": ("p.jpg", b"text", "image/jpeg")}
        assert problem(page.post(f"{PAGE}/photos", files)) == (400, 1, 1366046)


class TestReads:
    def test_counts_and_insights_grow(self, box: Box, page: Page) -> None:
        video_id, post_id = page.reel(description="Numbers")
        box.advance(2 * 86_400)
        fields = "reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0),shares"
        counts = page.get(post_id, fields=fields).json()
        assert counts["reactions"]["summary"]["total_count"] > 0
        metric = "post_media_view,post_total_media_view_unique,post_reactions_by_type_total"
        rows = page.get(f"{post_id}/insights", metric=metric).json()["data"]
        assert rows[0]["values"][0]["value"] > rows[1]["values"][0]["value"] > 0
        metric = "blue_reels_play_count,post_video_avg_time_watched,post_video_retention_graph"
        rows = page.get(f"{video_id}/video_insights", metric=metric).json()["data"]
        curve = rows[2]["values"][0]["value"]
        assert list(curve) == [str(index) for index in range(41)]
        assert curve["0"] == 1.0 > curve["40"]
        assert problem(page.get(f"{video_id}/insights", metric="post_media_view"))[1] == 100

    def test_page_numbers(self, box: Box, page: Page) -> None:
        page.reel()
        box.advance(3 * 86_400)
        assert page.get(PAGE, fields="followers_count,fan_count").json()["followers_count"] >= 9_400
        rows = page.get(f"{PAGE}/insights", metric="page_media_view,page_follows", period="day").json()["data"]
        assert sum(value["value"] for value in rows[0]["values"]) > 0

    def test_listing(self, box: Box, page: Page) -> None:
        video_id, post_id = page.reel(description="Listed")
        box.advance(5)
        (row,) = page.get(f"{PAGE}/video_reels", fields="id,description,permalink_url").json()["data"]
        assert (row["id"], row["description"]) == (video_id, "Listed")
        (row,) = page.get(f"{PAGE}/feed", fields="id,message").json()["data"]
        assert row["id"] == post_id
