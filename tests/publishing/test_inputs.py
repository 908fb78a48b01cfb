"""What a program writes into a post, and does not mean: refused by name, and nothing is made or sent."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from publishing.models import Post, PostTarget
from tests.publishing.conftest import TIKTOK, YOUTUBE, portrait
from tests.publishing.test_api import Api


@pytest.fixture
def api(in_workspace: SimpleNamespace) -> Api:
    return Api(in_workspace.alice)


@pytest.fixture
def body(in_workspace: SimpleNamespace, connect: Any) -> dict[str, Any]:
    connect("tiktok")
    file = portrait(in_workspace.workspace)
    return {
        "media_ids": [str(file.pk)],
        "platforms": ["tiktok"],
        "caption": "Hello",
        "platform_options": {"tiktok": TIKTOK},
    }


def fields(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 400, answer.content
    found: dict[str, Any] = answer.json()["details"]["fields"]
    return found


class TestUnknownFields:
    @pytest.mark.parametrize("name", ["images", "media"])
    def test_pictures_under_another_name_do_not_go_out_as_text_alone(self, api: Api, connect: Any, name: str) -> None:
        connect("twitter")
        answer = api(
            "post", "posts/publish", {"caption": "Hello", "platforms": ["twitter"], name: ["https://x.test/a"]}
        )
        assert answer.status_code == 400
        assert answer.json()["message"] == f"{name} is not a field here. Did you mean media_ids?"
        assert not Post.objects.exists()

    def test_a_misspelt_field_names_the_right_one(self, api: Api, body: dict[str, Any]) -> None:
        assert fields(api("post", "posts", {**body, "captoin": "x"})) == {
            "captoin": ["captoin is not a field here. Did you mean caption?"]
        }

    def test_a_platform_by_a_nickname_names_the_right_one(self, api: Api, body: dict[str, Any]) -> None:
        answer = api("post", "posts/publish", {**body, "platform_options": {"tiktok": TIKTOK, "yt": YOUTUBE}})
        assert answer.json()["message"] == "platform_options: yt is not a field here. Did you mean youtube?"
        assert not Post.objects.exists()

    def test_an_option_that_no_post_on_the_platform_has(self, api: Api, body: dict[str, Any]) -> None:
        options = {"tiktok": {**TIKTOK, "allow_comments": True}}
        found = fields(api("post", "posts/publish", {**body, "platform_options": options}))
        sentence = "allow_comments is not a field here. Did you mean allow_comment?"
        assert found["platform_options"]["tiktok"]["allow_comments"] == [sentence]
        assert not Post.objects.exists()

    def test_an_option_of_one_account_that_its_platform_does_not_have(
        self, api: Api, body: dict[str, Any], connect: Any
    ) -> None:
        account = connect("youtube")
        targets = [{"account_id": str(account.pk), "options": {**YOUTUBE, "privacy": "public"}}]
        found = fields(api("post", "posts", {"media_ids": body["media_ids"], "targets": targets}))
        assert found == {
            "targets.0.options.privacy": ["YouTube: privacy is not a field here. Did you mean privacy_status?"]
        }
        assert not Post.objects.exists()

    def test_a_field_of_a_target_that_it_does_not_have(self, api: Api, body: dict[str, Any]) -> None:
        target = {"account_id": str(uuid4()), "text": "x"}
        found = fields(api("post", "posts", {**body, "targets": [target]}))
        assert "text is not a field here." in str(found["targets"])

    def test_two_names_of_the_text_that_disagree(self, api: Api, body: dict[str, Any]) -> None:
        assert set(fields(api("post", "posts", {**body, "content": "Other"}))) == {"caption"}

    def test_x_is_another_name_of_twitter(self, api: Api, connect: Any) -> None:
        connect("twitter")
        options = {"x": {"made_with_ai": True}}
        made = api("post", "posts", {"caption": "Hello", "platforms": ["x"], "platform_options": options})
        assert made.status_code == 201, made.content
        assert PostTarget.objects.get().options == {"made_with_ai": True}


class TestChanges:
    """What a change says is done, also where it names no account."""

    @pytest.fixture
    def draft(self, api: Api, body: dict[str, Any]) -> str:
        return str(api("post", "posts", body).json()["id"])

    def test_options_alone_reach_the_accounts_of_the_post(self, api: Api, draft: str) -> None:
        changed = api("patch", f"posts/{draft}", {"platform_options": {"tiktok": {"allow_comment": False}}})
        assert changed.status_code == 200, changed.content
        assert PostTarget.objects.get().options == {**TIKTOK, "allow_comment": False}

    def test_a_title_alone_reaches_the_accounts_of_the_post(self, api: Api, draft: str) -> None:
        assert api("patch", f"posts/{draft}", {"title": "Anew"}).json()["targets"][0]["title"] == "Anew"
        assert PostTarget.objects.get().options == TIKTOK

    def test_hashtags_alone_keep_the_text(self, api: Api, draft: str) -> None:
        assert api("patch", f"posts/{draft}", {"hashtags": ["new"]}).json()["content"] == "Hello\n\n#new"

    def test_an_empty_list_of_files_takes_them_away(self, api: Api, draft: str) -> None:
        assert api("patch", f"posts/{draft}", {"media_ids": []}).json()["media"] == []

    def test_a_title_for_no_account_is_refused(self, api: Api, body: dict[str, Any]) -> None:
        found = fields(api("post", "posts", {"caption": "Hello", "title": "Lost"}))
        assert found == {
            "title": ["title is for the accounts of a post. Name them by platforms, account_ids or targets."]
        }
