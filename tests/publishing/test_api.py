"""The API of connections and posts as a program meets it."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.services import tokens
from core import clock
from core.models import IdempotencyKey
from jobs.testing import drain
from publishing.models import Post, PostTarget, SocialAccount
from tests import factories
from tests.publishing.conftest import TIKTOK, YOUTUBE, portrait


class Api:
    """A client that speaks JSON with a bearer token."""

    def __init__(self, user: Any) -> None:
        self.http = Client(headers={"Authorization": f"Bearer {tokens.issue(user).access}"})

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        how = getattr(self.http, method)
        more = {"content_type": "application/json"} if method != "get" else {}
        data = body if body is not None else {}
        return how(f"/api/v1/{path}", data, headers=headers, **more)


@pytest.fixture
def api(in_workspace: SimpleNamespace) -> Api:
    return Api(in_workspace.alice)


@pytest.fixture
def file(in_workspace: SimpleNamespace) -> Any:
    return portrait(in_workspace.workspace)


class TestConnections:
    def test_connect_callback_list_and_disconnect(self, box: Any, api: Api) -> None:
        start = api("get", "oauth/tiktok/connect").json()
        assert set(start) == {"auth_url", "state", "needs", "steps"}
        back = Client().get("/api/v1/oauth/tiktok/callback", box.allow(start["auth_url"], "tt-lumen"))
        assert back.status_code == 303
        assert back.headers["Location"] == "/settings/connections/?platform=tiktok&connected=1"
        for method in ("get", "post"):
            listed = api(method, "social/accounts").json()
            assert listed["total"] == 1
            assert listed["accounts"] == listed["items"]
        account = listed["items"][0]
        assert (account["username"], account["status"], account["is_default"]) == ("@lumen.studio", "connected", True)
        assert account["expires_in_days"] == 180
        assert account["missing_scopes"] == []
        one = f"social-accounts/{account['id']}"
        assert api("get", f"{one}/stats").json()["published"] == 0
        assert api("post", f"{one}/refresh").json()["follower_count"] == 18_400
        assert api("post", f"{one}/default").status_code == 200
        assert api("get", one).json()["name"] == "Lumen Studio"
        assert api("delete", one).status_code == 204
        assert api("get", one).json()["status"] == "disconnected"

    def test_no_answer_holds_a_token(self, box: Any, api: Api, connect: Any) -> None:
        from publishing.engine import secrets

        account = connect("youtube")
        grant = account.grant
        hidden = [secrets.access_token(grant), secrets.refresh_token(grant), grant.access_sealed]
        for path in ("social/accounts", f"social/accounts/{account.pk}", f"social/accounts/{account.pk}/stats"):
            text = api("get", path).content.decode()
            assert not any(secret in text for secret in hidden)

    def test_a_callback_with_nonsense_ends_on_the_page_without_a_trace(self, box: Any, in_workspace: Any) -> None:
        back = Client().get("/api/v1/oauth/youtube/callback", {"code": "x", "state": "y"})
        assert back.status_code == 303
        assert "oauth_state_invalid" in back.headers["Location"]
        assert Client().get("/api/v1/oauth/myspace/callback").status_code == 303

    def test_a_viewer_and_a_stranger(self, box: Any, api: Api, connect: Any, in_workspace: Any) -> None:
        account = connect("tiktok")
        victor, charlie = Api(in_workspace.victor), Api(in_workspace.charlie)
        assert victor("get", "social/accounts").json()["total"] == 1
        assert victor("get", "oauth/tiktok/connect").status_code == 403
        assert victor("delete", f"social/accounts/{account.pk}").status_code == 403
        assert charlie("get", "social/accounts").json()["total"] == 0
        assert charlie("delete", f"social/accounts/{account.pk}").status_code == 404
        assert Client().get("/api/v1/social/accounts").status_code == 401
        account.refresh_from_db()
        assert account.status == "connected"


class TestPublish:
    def body(self, file: Any, **more: Any) -> dict[str, Any]:
        return {
            "media_ids": [str(file.pk)],
            "platforms": ["tiktok", "youtube"],
            "caption": "Morning light over the studio",
            "hashtags": ["calm", "#morning"],
            "platform_options": {"tiktok": TIKTOK, "youtube": YOUTUBE},
            **more,
        }

    def test_publish_answers_202_and_the_post_ends_on_both(self, box: Any, api: Api, connect: Any, file: Any) -> None:
        connect("tiktok")
        connect("youtube")
        answer = api("post", "posts/publish", self.body(file))
        assert answer.status_code == 202, answer.content
        body = answer.json()
        assert body["status"] == "queued"
        assert body["estimated_completion"] > clock.now().isoformat()
        assert {row["platform"]: row["status"] for row in body["posts"]} == {"tiktok": "queued", "youtube": "queued"}
        assert api("get", f"jobs/{body['task_id']}").status_code == 200
        drain(advance=True)
        post = api("get", f"posts/{body['id']}").json()
        assert (post["status"], post["summary"]) == ("published", "Published to 2 of 2 platforms successfully.")
        assert all(row["url"] and row["post_id"] and row["error"] is None for row in post["targets"])
        assert box.live("tiktok")[0]["caption"] == "Morning light over the studio\n\n#calm #morning"
        assert box.live("youtube")[0]["caption"].startswith("Morning light over the studio\n")
        attempts = api("get", f"posts/{body['id']}/attempts").json()
        assert attempts["total"] > 6
        assert {row["effect"] for row in attempts["items"]} == {"safe", "commit"}

    def test_a_video_of_the_library_may_be_named_instead_of_its_file(
        self, box: Any, api: Api, connect: Any, file: Any, in_workspace: Any
    ) -> None:
        connect("tiktok")
        video = factories.make_video(in_workspace.workspace, media=file)
        body = {"video_id": str(video.pk), "platforms": ["tiktok"], "caption": "x", "publish_now": False}
        answer = api("post", "posts/publish", body)
        assert (answer.status_code, answer.json()["status"]) == (201, "draft")
        assert answer.json()["media"][0]["id"] == str(file.pk)
        assert api("post", "posts/publish", {**body, "video_id": str(uuid4())}).status_code == 404

    def test_everything_missing_is_named_at_once_and_nothing_stays(
        self, box: Any, api: Api, connect: Any, file: Any
    ) -> None:
        connect("tiktok")
        connect("youtube")
        answer = api("post", "posts/publish", self.body(file, platform_options={}))
        assert answer.status_code == 400
        error = answer.json()
        assert (error["error"], error["details"]["code"]) == ("validation_error", "not_ready_to_publish")
        fields = {(row["platform"], row["field"]) for row in error["details"]["problems"]}
        expected = {("tiktok", "privacy_level"), ("youtube", "privacy_status"), ("youtube", "made_for_kids")}
        assert fields == expected
        assert not Post.objects.exists()

    def test_a_platform_with_two_accounts_and_no_default_names_the_choices(
        self, box: Any, api: Api, connect: Any, file: Any
    ) -> None:
        one, two = connect("tiktok"), connect("tiktok", "tt-trail")
        SocialAccount.objects.update(is_default=False)
        answer = api("post", "posts/publish", self.body(file, platforms=["tiktok"]))
        assert answer.json()["details"]["code"] == "account_choice_needed"
        assert {row["id"] for row in answer.json()["details"]["choices"]} == {str(one.pk), str(two.pk)}
        exact = self.body(file, platforms=[], account_ids=[str(two.pk)])
        assert api("post", "posts/publish", exact).json()["posts"][0]["account_id"] == str(two.pk)
        missing = api("post", "posts/publish", self.body(file, platforms=["youtube"]))
        assert missing.json()["details"]["code"] == "account_not_connected"

    def test_bad_bodies(self, box: Any, api: Api, connect: Any, file: Any) -> None:
        connect("tiktok")
        cases = [
            ({"platforms": ["tiktok"], "caption": "x"}, "media_unknown"),
            ({"media_ids": [str(uuid4())], "platforms": ["tiktok"]}, "media_unknown"),
            (self.body(file, platforms=[], account_ids=[]), "no_targets"),
            (self.body(file, account_ids=[str(uuid4())]), "account_unknown"),
        ]
        for body, code in cases:
            answer = api("post", "posts/publish", body)
            assert answer.json()["details"].get("code") == code, answer.content
        assert api("post", "posts/publish", {"media_ids": "no"}).status_code == 400
        assert not Post.objects.exists()

    def test_a_viewer_publishes_nothing(self, box: Any, connect: Any, file: Any, in_workspace: Any) -> None:
        connect("tiktok")
        assert Api(in_workspace.victor)("post", "posts/publish", self.body(file)).status_code == 403
        assert not Post.objects.exists()


class TestIdempotency:
    def body(self, file: Any) -> dict[str, Any]:
        options = {"tiktok": TIKTOK}
        return {"media_ids": [str(file.pk)], "platforms": ["tiktok"], "caption": "Once", "platform_options": options}

    def test_the_same_request_answers_the_same_and_publishes_once(
        self, box: Any, api: Api, connect: Any, file: Any
    ) -> None:
        connect("tiktok")
        first, second = (api("post", "posts/publish", self.body(file), **{"Idempotency-Key": "k1"}) for _ in range(2))
        assert (first.status_code, second.status_code) == (202, 202)
        assert first.json() == second.json()
        assert second.headers["Idempotency-Replayed"] == "true"
        assert Post.objects.count() == 1

    def test_another_body_is_refused_and_a_request_under_way_conflicts(
        self, box: Any, api: Api, connect: Any, file: Any
    ) -> None:
        connect("tiktok")
        api("post", "posts/publish", self.body(file), **{"Idempotency-Key": "k1"})
        other = {**self.body(file), "caption": "Twice"}
        assert api("post", "posts/publish", other, **{"Idempotency-Key": "k1"}).status_code == 422
        IdempotencyKey.objects.update(status=None)
        again = api("post", "posts/publish", self.body(file), **{"Idempotency-Key": "k1"})
        assert (again.status_code, again.json()["details"]["code"]) == (409, "idempotency_in_progress")
        assert Post.objects.count() == 1

    def test_a_refusal_is_kept_too_and_another_person_has_their_own_keys(
        self, box: Any, api: Api, connect: Any, file: Any, in_workspace: Any
    ) -> None:
        connect("tiktok")
        bad = {**self.body(file), "platform_options": {}}
        codes = [api("post", "posts", bad | {"media_ids": []}, **{"Idempotency-Key": "x"}).status_code for _ in "12"]
        assert codes == [400, 400]
        api("post", "posts", self.body(file), **{"Idempotency-Key": "k"})
        Api(in_workspace.bob)("post", "posts", self.body(file), **{"Idempotency-Key": "k"})
        assert Post.objects.count() == 2
        assert api("post", "posts", self.body(file), **{"Idempotency-Key": "k" * 201}).status_code == 400


class TestSchedule:
    def test_at_an_instant_per_account_and_listed(self, box: Any, api: Api, connect: Any, file: Any) -> None:
        tiktok, youtube = connect("tiktok"), connect("youtube")
        answer = api(
            "post",
            "posts/schedule",
            {
                "media_ids": [str(file.pk)],
                "scheduled_for": "2026-06-01T18:00:00Z",
                "caption": "Later",
                "platform_options": {"tiktok": TIKTOK, "youtube": YOUTUBE},
                "account_ids": [str(tiktok.pk)],
                "targets": [{"account_id": str(youtube.pk), "scheduled_at": "2026-06-02T09:00:00Z", "title": "T"}],
            },
        )
        assert answer.status_code == 201, answer.content
        assert (answer.json()["status"], answer.json()["scheduled_at"]) == ("scheduled", "2026-06-01T18:00:00Z")
        listed = api("get", "posts/scheduled").json()["items"]
        assert [row["scheduled_at"] for row in listed] == ["2026-06-01T18:00:00Z", "2026-06-02T09:00:00Z"]
        part = api("get", "posts/scheduled?start=2026-06-02T00:00:00Z&end=2026-06-03T00:00:00Z&platform=youtube")
        assert part.json()["total"] == 1

    def test_a_wall_time_in_a_gap_comes_with_its_note(self, box: Any, api: Api, connect: Any, file: Any) -> None:
        connect("tiktok")
        body = {
            "media_ids": [str(file.pk)], "platforms": ["tiktok"], "platform_options": {"tiktok": TIKTOK},
            "wall_time": "2027-03-28T02:30:00", "timezone": "Europe/Paris",
        }  # fmt: skip
        answer = api("post", "posts/schedule", body).json()
        assert answer["scheduled_at"] == "2027-03-28T01:30:00Z"
        assert "Europe/Paris" in answer["notes"][0]

    def test_the_past_and_no_time_are_refused(self, box: Any, api: Api, connect: Any, file: Any) -> None:
        connect("tiktok")
        body = {"media_ids": [str(file.pk)], "platforms": ["tiktok"], "platform_options": {"tiktok": TIKTOK}}
        for extra in (
            {"scheduled_at": "2026-01-01T00:00:00Z"},
            {},
            {"wall_time": "2026-06-01T10:00", "timezone": "X/Y"},
        ):
            assert api("post", "posts/schedule", {**body, **extra}).status_code == 400
        assert not Post.objects.exists()

    def test_draft_then_schedule_then_move_then_publish_early(
        self, box: Any, api: Api, connect: Any, file: Any
    ) -> None:
        connect("tiktok")
        body = {"media_ids": [str(file.pk)], "platforms": ["tiktok"], "platform_options": {"tiktok": TIKTOK}}
        one = f"posts/{api('post', 'posts', body).json()['id']}"
        assert api("post", f"{one}/schedule", {"scheduled_at": "2026-06-01T18:00:00Z"}).status_code == 200
        moved = api("post", f"{one}/schedule", {"scheduled_at": "2026-06-03T18:00:00Z"}).json()
        assert moved["scheduled_at"] == "2026-06-03T18:00:00Z"
        assert api("post", f"{one}/publish").status_code == 202
        assert api("post", f"{one}/publish").json()["details"]["code"] == "already_going_out"
        drain(advance=True)
        assert api("get", one).json()["status"] == "published"


class TestPosts:
    @pytest.fixture
    def draft(self, api: Api, connect: Any, file: Any, box: Any) -> str:
        connect("tiktok")
        body = {"media_ids": [str(file.pk)], "platforms": ["tiktok"], "caption": "One", "campaign": "Spring"}
        return str(api("post", "posts", body).json()["id"])

    def test_list_filters_and_pages(self, api: Api, draft: str) -> None:
        for query, total in (("status=draft", 1), ("status=failed", 0), ("platform=tiktok", 1), ("platform=youtube", 0),
                             ("campaign=Spring", 1), ("search=spring+one", 1), ("search=nothing", 0)):  # fmt: skip
            assert api("get", f"posts?{query}").json()["total"] == total, query

    def test_change_with_the_version_read_and_a_stale_one(self, api: Api, draft: str) -> None:
        one = f"posts/{draft}"
        changed = api("patch", one, {"caption": "Two", "version": 1})
        assert (changed.json()["content"], changed.json()["version"]) == ("Two", 2)
        stale = api("put", one, {"caption": "Three", "version": 1})
        assert (stale.status_code, stale.json()["details"]["code"]) == (409, "stale_version")
        assert stale.json()["details"]["text"] == "Two"

    def test_what_is_going_out_does_not_change_and_is_not_deleted(
        self, box: Any, api: Api, draft: str, in_workspace: Any
    ) -> None:
        PostTarget.objects.update(options=TIKTOK)
        one = f"posts/{draft}"
        assert api("post", f"{one}/publish").status_code == 202
        refused = api("patch", one, {"caption": "Late"})
        assert (refused.status_code, refused.json()["details"]["code"]) == (409, "already_going_out")
        assert api("delete", one).status_code == 409
        drain(advance=True)
        gone = api("delete", one)
        assert (gone.status_code, gone.json()["stays_live"]) == (200, True)
        assert api("get", one).status_code == 404
        assert len(box.live("tiktok")) == 1

    def test_deleting_a_scheduled_post_cancels_it(self, box: Any, api: Api, draft: str) -> None:
        PostTarget.objects.update(options=TIKTOK)
        api("post", f"posts/{draft}/schedule", {"scheduled_at": "2026-06-01T18:00:00Z"})
        assert api("delete", f"posts/{draft}").status_code == 204
        assert PostTarget.objects.get().state == "cancelled"

    def test_target_actions_and_their_refusals(self, box: Any, api: Api, draft: str) -> None:
        target = PostTarget.objects.get()
        one = f"posts/{draft}/targets/{target.pk}"
        for action, body in (("retry", None), ("resolve", {"live": False})):
            assert api("post", f"{one}/{action}", body).json()["details"]["code"] == "wrong_state"
        assert api("post", f"{one}/cancel").json()["status"] == "cancelled"
        assert api("post", f"{one}/cancel").json()["status"] == "cancelled"
        assert api("post", f"posts/{draft}/targets/{uuid4()}/cancel").status_code == 404

    def test_a_stranger_finds_nothing(self, api: Api, draft: str, in_workspace: Any) -> None:
        charlie = Api(in_workspace.charlie)
        target = PostTarget.objects.get()
        for method, path in (("get", ""), ("patch", ""), ("delete", ""), ("post", "/publish"), ("post", "/schedule"),
                             ("get", "/attempts"), ("post", f"/targets/{target.pk}/cancel")):  # fmt: skip
            assert charlie(method, f"posts/{draft}{path}").status_code == 404, (method, path)
        assert Post.objects.get().state == "draft"


class TestWithoutFiles:
    def test_words_alone_go_where_a_platform_takes_them(self, box: Any, api: Api, connect: Any) -> None:
        connect("twitter")
        answer = api("post", "posts", {"caption": "Just words", "platforms": ["twitter"]})
        assert (answer.status_code, answer.json()["media"]) == (201, [])
        connect("tiktok")
        refused = api("post", "posts", {"caption": "Just words", "platforms": ["twitter", "tiktok"]})
        assert refused.status_code == 400
        assert "media_ids" in refused.json()["details"]["fields"]


class TestOptimize:
    def test_each_platform_gets_a_text_that_fits_and_nothing_is_changed(
        self, box: Any, api: Api, connect: Any, make_post: Any
    ) -> None:
        long = "How we proof bread overnight in a small oven. " * 20
        post = make_post(connect("twitter"), connect("tiktok"), text=long)
        answer = api("post", f"posts/{post.pk}/optimize", {"tone": "professional"})
        items = {row["platform"]: row for row in answer.json()["items"]}
        assert answer.status_code == 200
        assert set(items) == {"twitter", "tiktok"}
        assert items["twitter"]["length"] <= items["twitter"]["limit"] == 280
        assert items["tiktok"]["length"] > 280
        assert all(row["offline"] for row in items.values())
        assert api("get", f"posts/{post.pk}").json()["content"] == long

    def test_only_the_named_accounts(self, box: Any, api: Api, connect: Any, make_post: Any) -> None:
        one, other = connect("twitter"), connect("tiktok")
        post = make_post(one)
        found = api("post", f"posts/{post.pk}/optimize", {"account_ids": [str(one.pk)]}).json()["items"]
        assert [row["account_id"] for row in found] == [str(one.pk)]
        refused = api("post", f"posts/{post.pk}/optimize", {"account_ids": [str(other.pk)]})
        assert refused.status_code == 400
        assert "account_ids" in refused.json()["details"]["fields"]

    def test_without_words_there_is_nothing_to_fit(self, box: Any, api: Api, connect: Any, make_post: Any) -> None:
        post = make_post(connect("tiktok"), text="")
        refused = api("post", f"posts/{post.pk}/optimize")
        assert (refused.status_code, list(refused.json()["details"]["fields"])) == (400, ["text"])


class TestPreview:
    def test_everything_wrong_is_told_at_once_and_nothing_is_sent(
        self, box: Any, api: Api, connect: Any, make_post: Any
    ) -> None:
        post = make_post(
            connect("tiktok"),
            connect("youtube"),
            text="x" * 2300,
            tiktok={"privacy_level": ""},
            youtube={"tags": ["y" * 600]},
        )
        body = api("post", f"posts/{post.pk}/preview").json()
        tiktok, youtube = sorted(body["targets"], key=lambda row: row["platform"])
        assert body["ready"] is False
        assert {row["code"] for row in tiktok["problems"]} == {"text_too_long", "choice_missing"}
        assert (tiktok["unit"], tiktok["used"], tiktok["limit"]) == ("utf16", 2300, 2200)
        assert [row["field"] for row in youtube["problems"]] == ["tags"]
        refused = api("post", f"posts/{post.pk}/publish").json()
        said = {row["message"] for target in body["targets"] for row in target["problems"]}
        assert {row["message"] for row in refused["details"]["problems"]} == said, "the same words, before and after"
        assert box.calls("tiktok", "init") == []

    def test_limits_are_data_with_source_and_date(self, api: Api) -> None:
        rows = {row["platform"]: row for row in api("get", "posts/limits").json()["items"]}
        assert rows["tiktok"]["limits"]["text"]["value"] == 2200
        for row in rows.values():
            assert all(limit["source"] and limit["read_on"] and limit["unit"] for limit in row["limits"].values())
