"""The library's API: templates and drafts, groups and signatures."""

from typing import Any

import pytest

from library.models import PostTag, Template
from publishing.models import Post
from tests.analytics.conftest import make_account
from tests.factories import make_media

pytestmark = pytest.mark.django_db
URL = "/api/v1/library"


@pytest.fixture
def api(cast: Any) -> Any:
    return cast.clients.alice


def make(api: Any, **fields: Any) -> dict[str, Any]:
    body = {"name": "Tips", "content": "{{hook}}\n{{cta|Follow for more}}", **fields}
    answer = api.post(URL, body, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def draft(api: Any, **fields: Any) -> dict[str, Any]:
    answer = api.post(URL, {"type": "draft", "content": "An idea", **fields}, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def refused(answer: Any, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return answer.json()["details"]


class TestTemplates:
    def test_a_template_holds_what_it_was_given(self, api: Any, cast: Any) -> None:
        file = make_media(cast.workspace)
        made = make(
            api,
            title="{{topic|Herbs}}",
            notes="For Mondays",
            tags=["launch", "#Herbs", "LAUNCH"],
            media_ids=[str(file.pk)],
            platforms=[{"platform": "x", "content": "Short {{hook}}"}, {"platform": "youtube", "title": "{{hook}}!"}],
        )
        assert (made["type"], made["name"], made["version"], made["owner"]) == ("template", "Tips", 1, "Alice")
        assert made["tags"] == ["Herbs", "launch"]
        assert [row["id"] for row in made["media"]] == [str(file.pk)]
        assert [row["platform"] for row in made["platforms"]] == ["twitter", "youtube"]
        assert made["variables"] == [
            {"name": "hook", "is_required": True, "default": None},
            {"name": "cta", "is_required": False, "default": "Follow for more"},
            {"name": "topic", "is_required": False, "default": "Herbs"},
        ]
        assert api.get(f"{URL}/{made['id']}").json() == made
        assert api.get(URL).json()["items"] == [made]

    def test_what_is_no_variable_is_refused_by_field_with_its_place(self, api: Any) -> None:
        body = {"name": "x", "content": "Hi {{hook", "platforms": [{"platform": "tiktok", "content": "{{a b}}"}]}
        fields = refused(api.post(URL, body, format="json"))["fields"]
        assert "at character 4 is not closed" in fields["content"][0]
        assert "is no variable" in fields["platforms.tiktok.content"][0]

    def test_an_option_that_the_platform_does_not_have_is_refused_as_a_post_refuses_it(self, api: Any) -> None:
        body = {"name": "x", "content": "y", "platforms": [{"platform": "tiktok", "options": {"privacy": "public"}}]}
        fields = refused(api.post(URL, body, format="json"))["fields"]
        assert list(fields) == ["platforms.tiktok.options.privacy"]
        assert "Did you mean privacy_level?" in fields["platforms.tiktok.options.privacy"][0]

    def test_nothing_but_a_name_is_no_template(self, api: Any) -> None:
        assert "content" in refused(api.post(URL, {"name": "x"}, format="json"))["fields"]

    def test_fields_of_drafts_are_refused_by_name(self, api: Any) -> None:
        fields = refused(api.post(URL, {"name": "x", "content": "y", "campaign": "z"}, format="json"))["fields"]
        assert fields == {"campaign": ["campaign is a field of a draft, and this is a template."]}

    def test_a_patch_changes_what_it_names_and_a_put_empties_the_rest(self, api: Any) -> None:
        made = make(api, tags=["launch"], notes="n")
        patched = api.patch(f"{URL}/{made['id']}", {"version": 1, "name": "Better"}, format="json").json()
        assert [patched[name] for name in ("name", "notes", "tags", "version")] == ["Better", "n", ["launch"], 2]
        put = api.put(f"{URL}/{made['id']}", {"version": 2, "name": "New", "content": "only"}, format="json").json()
        assert (put["name"], put["notes"], put["tags"], put["version"]) == ("New", "", [], 3)

    def test_a_stale_save_is_refused_with_both_versions(self, api: Any, cast: Any) -> None:
        made = make(api)
        cast.clients.bob.patch(f"{URL}/{made['id']}", {"version": 1, "content": "Bob's"}, format="json")
        details = refused(api.patch(f"{URL}/{made['id']}", {"version": 1, "content": "Mine"}, format="json"), 409)
        assert (details["yours"], details["current"], details["current_content"]["content"]) == (1, 2, "Bob's")
        assert Template.objects.get().text == "Bob's"

    def test_a_save_that_changes_nothing_makes_no_version(self, api: Any) -> None:
        made = make(api, tags=["launch"])
        same = {"version": 1, "name": "Tips", "tags": ["launch"]}
        assert api.patch(f"{URL}/{made['id']}", same, format="json").json()["version"] == 1

    def test_a_deleted_template_comes_back(self, api: Any) -> None:
        made = make(api)
        assert api.delete(f"{URL}/{made['id']}").status_code == 204
        assert api.get(f"{URL}/{made['id']}").status_code == 404
        assert api.get(URL).json()["total"] == 0
        assert api.post(f"{URL}/{made['id']}/restore").json()["name"] == "Tips"
        assert refused(api.post(f"{URL}/{made['id']}/restore"), 409)["code"] == "not_deleted"

    def test_search_tag_and_platform_narrow_the_list(self, api: Any) -> None:
        café = make(api, name="Café tips", tags=["coffee"], platforms=[{"platform": "tiktok"}])
        make(api, name="Herbs", content="basil")
        found = [api.get(URL, query).json()["items"] for query in ({"search": "cafe TIPS"}, {"platform": "tiktok"})]
        assert [[row["id"] for row in rows] for rows in found] == [[café["id"]], [café["id"]]]
        tag = next(row["id"] for row in api.get("/api/v1/tags").json()["items"] if row["name"] == "coffee")
        assert [row["name"] for row in api.get(URL, {"tag": tag}).json()["items"]] == ["Café tips"]
        assert [row["name"] for row in api.get(URL, {"ordering": "-name"}).json()["items"]] == ["Herbs", "Café tips"]

    def test_a_copy_says_the_same_under_another_name(self, api: Any) -> None:
        made = make(api, tags=["launch"], platforms=[{"platform": "tiktok", "content": "{{hook}}"}])
        copy = api.post(f"{URL}/{made['id']}/duplicate").json()
        assert copy["name"] == "Tips (copy)"
        assert [copy[key] for key in ("content", "platforms", "tags")] == [
            made[key] for key in ("content", "platforms", "tags")
        ]

    def test_strangers_find_nothing_and_viewers_change_nothing(self, api: Any, cast: Any) -> None:
        made = make(api)
        assert cast.clients.charlie.get(f"{URL}/{made['id']}").status_code == 404
        assert cast.clients.charlie.post(f"{URL}/{made['id']}/use", {}, format="json").status_code == 404
        assert cast.clients.victor.get(f"{URL}/{made['id']}").status_code == 200
        assert cast.clients.victor.delete(f"{URL}/{made['id']}").status_code == 403


class TestUse:
    def test_values_make_a_draft_of_the_default_accounts(self, api: Any, cast: Any) -> None:
        account = make_account(cast, "tiktok")
        make_account(cast, "youtube")
        made = make(api, platforms=[{"platform": "tiktok", "content": "T: {{hook}}"}, {"platform": "linkedin"}])
        answer = api.post(f"{URL}/{made['id']}/use", {"variables": {"Hook": "Stop"}}, format="json")
        assert answer.status_code == 201, answer.content
        post = answer.json()["post"]
        assert (post["status"], post["content"]) == ("draft", "Stop\nFollow for more")
        assert (post["source_type"], post["source_id"]) == ("template", made["id"])
        assert [(row["account_id"], row["content"]) for row in post["targets"]] == [(str(account.pk), "T: Stop")]
        assert answer.json()["notes"] == ["No LinkedIn account is connected, so its part of the template was left out."]

    def test_every_missing_value_is_named(self, api: Any) -> None:
        made = make(api, content="{{a}} {{b}} {{c|d}}")
        fields = refused(api.post(f"{URL}/{made['id']}/use", {"variables": {"a": ""}}, format="json"))["fields"]
        assert set(fields) == {"variables.a", "variables.b"}
        assert not Post.objects.exists()

    def test_an_unknown_value_is_refused_with_the_nearest_name(self, api: Any) -> None:
        made = make(api)
        body = {"variables": {"hook": "x", "ctaa": "y"}}
        fields = refused(api.post(f"{URL}/{made['id']}/use", body, format="json"))["fields"]
        assert fields == {"variables.ctaa": ["ctaa is no variable of this template. Did you mean cta?"]}

    def test_the_same_key_makes_one_draft(self, api: Any) -> None:
        made = make(api)
        body, headers = {"variables": {"hook": "x"}}, {"Idempotency-Key": "k1"}
        first, second = (api.post(f"{URL}/{made['id']}/use", body, format="json", headers=headers) for _ in range(2))
        assert first.json()["id"] == second.json()["id"]
        assert Post.objects.count() == 1

    def test_a_signature_and_hashtags_are_added_only_when_they_are_named(self, api: Any) -> None:
        made = make(api, content="{{hook}}")
        group = api.post(f"{URL}/hashtag-groups", {"name": "Herbs", "hashtags": ["#herbs", "basil"]}, format="json")
        signature = api.post(
            f"{URL}/signatures", {"name": "Us", "text": "Yours, Lumen", "is_default": True}, format="json"
        )
        body: dict[str, Any] = {"variables": {"hook": "Stop #herbs"}}
        plain = api.post(f"{URL}/{made['id']}/use", body, format="json").json()["post"]["content"]
        body |= {"signature_id": signature.json()["id"], "hashtag_group_ids": [group.json()["id"]]}
        added = api.post(f"{URL}/{made['id']}/use", body, format="json").json()["post"]["content"]
        assert plain == "Stop #herbs"
        assert added == "Stop #herbs\n\nYours, Lumen\n\n#basil"

    def test_a_signature_of_a_platform_goes_into_its_accounts_own_text(self, api: Any, cast: Any) -> None:
        for name in ("tiktok", "youtube"):
            make_account(cast, name)
        made = make(api, content="{{hook}}", platforms=[{"platform": "tiktok"}, {"platform": "youtube"}])
        body = {"name": "T", "text": "On TikTok", "platform": "tiktok"}
        signature = api.post(f"{URL}/signatures", body, format="json").json()["id"]
        answer = api.post(
            f"{URL}/{made['id']}/use", {"variables": {"hook": "Hi"}, "signature_id": signature}, format="json"
        )
        texts = {row["platform"]: row["content"] for row in answer.json()["post"]["targets"]}
        assert texts == {"tiktok": "Hi\n\nOn TikTok", "youtube": "Hi"}

    def test_a_preview_names_what_is_missing_and_what_a_platform_would_refuse(self, api: Any) -> None:
        made = make(api, content="{{hook}}" * 2, platforms=[{"platform": "x"}])
        body = {"variables": {"hook": "word " * 40}}
        answer = api.post(f"{URL}/{made['id']}/preview", body, format="json").json()
        (report,) = answer["platforms"]
        assert (answer["missing"], report["used"], report["limit"]) == ([], 400, 280)
        assert report["problems"][0]["code"] == "text_too_long"
        assert api.post(f"{URL}/{made['id']}/preview", {}, format="json").json()["missing"] == ["hook"]
        assert not Post.objects.exists()

    @pytest.mark.parametrize("value", [0, True, ["a"], {"a": "b"}])
    def test_a_value_that_is_no_text_is_refused(self, api: Any, value: Any) -> None:
        made = make(api, content="{{hook}}")
        answer = api.post(f"{URL}/{made['id']}/preview", {"variables": {"hook": value}}, format="json")
        assert "variables" in refused(answer)["fields"]

    def test_a_value_that_makes_the_text_too_long_for_a_post_is_refused(self, api: Any) -> None:
        made = make(api, content="{{hook}}" * 11)
        answer = api.post(f"{URL}/{made['id']}/use", {"variables": {"hook": "x" * 2000}}, format="json")
        assert "22,000 characters" in refused(answer)["fields"]["variables"][0]


class TestSavingPosts:
    def test_a_post_becomes_a_template_that_says_just_this(self, api: Any, cast: Any) -> None:
        account = make_account(cast, "tiktok")
        post = draft(api, content="Use {{braces}} in code\n👋", account_ids=[str(account.pk)])
        made = api.post(URL, {"post_id": post["id"], "tags": ["code"]}, format="json").json()
        assert (made["name"], made["variables"], made["tags"]) == ("Use {{braces}} in code", [], ["code"])
        assert (made["source_type"], made["source_id"]) == ("post", post["id"])
        again = api.post(f"{URL}/{made['id']}/use", {}, format="json").json()["post"]
        assert again["content"] == "Use {{braces}} in code\n👋"
        assert [row["account_id"] for row in again["targets"]] == [str(account.pk)]


class TestDrafts:
    def test_drafts_are_listed_filtered_and_tagged(self, api: Any, cast: Any) -> None:
        account = make_account(cast, "tiktok")
        first = draft(api, content="Café", tags=["launch"], campaign="May", account_ids=[str(account.pk)])
        draft(api, content="Other")
        tag = api.get("/api/v1/tags").json()["items"][0]["id"]
        for query in ({"tag": tag}, {"campaign": "May"}, {"account_id": str(account.pk)}, {"search": "café"}):
            rows = api.get(URL, {"type": "draft", **query}).json()["items"]
            assert [row["id"] for row in rows] == [first["id"]], query
        assert (first["type"], first["tags"], first["name"]) == ("draft", ["launch"], "Café")

    def test_a_draft_is_changed_over_the_version_that_was_read(self, api: Any) -> None:
        made = draft(api, tags=["a"])
        body = {"version": made["version"], "content": "Better", "tags": ["b"]}
        changed = api.patch(f"{URL}/{made['id']}", body, format="json").json()
        assert (changed["content"], changed["tags"]) == ("Better", ["b"])
        refused(api.patch(f"{URL}/{made['id']}", body, format="json"), 409)
        assert PostTag.objects.count() == 1

    def test_a_deleted_draft_comes_back_with_accounts_and_tags(self, api: Any, cast: Any) -> None:
        account = make_account(cast, "tiktok")
        made = draft(api, tags=["launch"], account_ids=[str(account.pk)])
        assert api.delete(f"{URL}/{made['id']}").status_code == 204
        assert api.get(f"{URL}/{made['id']}").status_code == 404
        back = api.post(f"{URL}/{made['id']}/restore").json()
        assert (back["content"], back["tags"]) == ("An idea", ["launch"])
        post = api.get(f"/api/v1/posts/{made['id']}").json()
        assert [(row["status"], row["account_id"]) for row in post["targets"]] == [("draft", str(account.pk))]

    def test_what_is_no_draft_is_not_here(self, api: Any) -> None:
        made = draft(api)
        Post.objects.filter(pk=made["id"]).update(state="scheduled")
        assert api.get(f"{URL}/{made['id']}").status_code == 404
        assert api.delete(f"{URL}/{made['id']}").status_code == 404

    def test_a_copy_of_a_draft_says_the_same(self, api: Any) -> None:
        made = draft(api, tags=["launch"], campaign="May")
        copy = api.post(f"{URL}/{made['id']}/duplicate").json()
        assert copy["id"] != made["id"]
        assert [copy[key] for key in ("content", "tags", "campaign")] == ["An idea", ["launch"], "May"]


class TestGroupsAndSignatures:
    def test_hashtags_are_kept_once_and_told_where_they_are_too_many(self, api: Any) -> None:
        tags = ["#Herbs", "herbs", "  #balcony ", "植物", "тест", *(f"tag{n}x" for n in range(31))]
        row = api.post(f"{URL}/hashtag-groups", {"name": "All", "hashtags": tags}, format="json").json()
        assert row["hashtags"][:4] == ["Herbs", "balcony", "植物", "тест"]
        assert "Instagram takes 30 hashtags at most; these are 35." in row["notes"]

    @pytest.mark.parametrize("tag", ["two words", "2024", "a-b", "🌱", "x" * 101, "a#b"])
    def test_what_is_no_hashtag_is_refused_by_its_words(self, api: Any, tag: str) -> None:
        fields = refused(api.post(f"{URL}/hashtag-groups", {"name": "x", "hashtags": [tag]}, format="json"))["fields"]
        assert f"“{tag[:30]}" in fields["hashtags"][0]

    def test_a_name_is_used_once_whatever_its_case(self, api: Any) -> None:
        body = {"name": "Herbs", "hashtags": ["herbs"]}
        api.post(f"{URL}/hashtag-groups", body, format="json")
        answer = api.post(f"{URL}/hashtag-groups", {**body, "name": "HERBS"}, format="json")
        assert refused(answer)["code"] == "name_taken"

    def test_a_group_is_changed_over_the_version_that_was_read(self, api: Any) -> None:
        row = api.post(f"{URL}/hashtag-groups", {"name": "Herbs", "hashtags": ["herbs"]}, format="json").json()
        body = {"version": 1, "hashtags": ["mint"]}
        assert api.patch(f"{URL}/hashtag-groups/{row['id']}", body, format="json").json()["hashtags"] == ["mint"]
        details = refused(api.patch(f"{URL}/hashtag-groups/{row['id']}", body, format="json"), 409)
        assert details["current_content"] == {"name": "Herbs", "hashtags": ["mint"]}
        assert api.delete(f"{URL}/hashtag-groups/{row['id']}").status_code == 204

    def test_one_signature_is_the_default_of_a_place(self, api: Any, cast: Any) -> None:
        account = make_account(cast, "tiktok")
        places: list[dict[str, Any]] = [{}, {}, {"platform": "tiktok"}, {"account_id": str(account.pk)}]
        for number, place in enumerate(places):
            body = {"name": f"S{number}", "text": "t", "is_default": True, **place}
            assert api.post(f"{URL}/signatures", body, format="json").status_code == 201
        rows = api.get(f"{URL}/signatures").json()["items"]
        assert [row["is_default"] for row in rows] == [False, True, True, True]
        assert rows[3]["platform"] == "tiktok"

    def test_a_signature_of_an_account_and_another_platform_is_refused(self, api: Any, cast: Any) -> None:
        account = make_account(cast, "tiktok")
        body = {"name": "S", "text": "t", "platform": "youtube", "account_id": str(account.pk)}
        assert "platform" in refused(api.post(f"{URL}/signatures", body, format="json"))["fields"]
