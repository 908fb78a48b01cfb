"""The composer saves a draft while a person writes: one per page, never over newer words, never on its way."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.ids import uuid7
from publishing.models import Post, PostTarget
from publishing.services import posts, schedule


@pytest.fixture
def browser(in_workspace: SimpleNamespace) -> Client:
    return in_workspace.browsers.alice


def save(browser: Client, where: str, **fields: Any) -> Any:
    """One save as the page sends it by itself."""
    return browser.post(where, {"timezone": "UTC", "version": "1", **fields}, headers={"HX-Request": "true"})


NEW = "/compose/_draft/"


class TestNew:
    def test_a_page_makes_one_draft_however_often_its_first_save_is_sent(self, browser: Client, connect: Any) -> None:
        connect("youtube")
        key = str(uuid7())
        first = save(browser, NEW, draft=key, text="Five herbs").json()
        again = save(browser, NEW, draft=key, text="Five herbs").json()
        assert first == again
        post = Post.objects.get()
        assert (post.text, post.state, post.version) == ("Five herbs", "draft", 1)
        assert first["address"] == reverse("compose_post", args=[post.pk])
        assert first["words"].startswith("Saved as a draft ")
        more = save(browser, f"{first['address']}_draft/", draft=key, text="Five herbs in a cup").json()
        assert (more["version"], Post.objects.get().text) == (2, "Five herbs in a cup")
        assert f'name="version" value="{more["version"]}"' in browser.get(first["address"]).content.decode()

    def test_a_press_after_an_unanswered_save_goes_on_with_the_same_draft(self, browser: Client) -> None:
        key = str(uuid7())
        save(browser, NEW, draft=key, text="Five")
        form = {"draft": key, "version": "1", "text": "Five herbs", "action": "draft", "timezone": "UTC"}
        assert browser.post("/compose/", form).status_code == 302
        assert Post.objects.get().text == "Five herbs"

    @pytest.mark.parametrize("fields", [{}, {"text": "  \n"}])
    def test_nothing_written_makes_no_draft(self, browser: Client, connect: Any, fields: Any) -> None:
        account = connect("youtube")
        answer = save(browser, NEW, draft=str(uuid7()), **{f"a{account.pk.hex}-use": "on"}, **fields)
        assert answer.json() == {"saved": False}
        assert not Post.objects.exists()

    def test_a_time_without_a_date_stops_nothing_and_is_said_to_be_missing(self, browser: Client) -> None:
        answer = save(browser, NEW, text="Five herbs", when="later", wall_time="").json()
        assert (answer["saved"], answer["whole"]) == (True, False)
        assert not PostTarget.objects.exclude(due_at=None).exists()

    def test_an_id_that_belongs_to_something_else_makes_a_draft_of_its_own(
        self, browser: Client, in_workspace: Any
    ) -> None:
        theirs = posts.create_post(actor=in_workspace.bob_actor, text="Bob's", media_ids=[], targets=[])
        answer = save(browser, NEW, draft=str(theirs.pk), text="Alice's").json()
        assert UUID(answer["address"].split("/")[2]) != theirs.pk
        theirs.refresh_from_db()
        assert theirs.text == "Bob's"


class TestOthers:
    def test_somebody_elses_newer_words_stay(self, browser: Client, in_workspace: Any) -> None:
        post = posts.create_post(actor=in_workspace.alice_actor, text="First", media_ids=[], targets=[])
        posts.update_post(actor=in_workspace.bob_actor, post_id=post.pk, text="Bob's newer words")
        where = reverse("compose_post_draft", args=[post.pk])
        refused = save(browser, where, text="Mine")
        assert (refused.status_code, refused.json()["details"]["code"]) == (409, "stale_version")
        assert Post.objects.get().text == "Bob's newer words"

    def test_a_save_that_is_sent_twice_is_no_conflict(self, browser: Client, in_workspace: Any) -> None:
        post = posts.create_post(actor=in_workspace.alice_actor, text="First", media_ids=[], targets=[])
        where = reverse("compose_post_draft", args=[post.pk])
        versions = [save(browser, where, text="Second").json()["version"] for _ in range(2)]
        assert versions == [2, 2]

    def test_a_scheduled_post_is_left_alone(self, browser: Client, connect: Any, make_post: Any, cast: Any) -> None:
        post = make_post(connect("tiktok"), text="Tuesday at six")
        when = schedule.When(at=clock.now() + timedelta(days=2))
        schedule.schedule_post(actor=cast.alice_actor, post_id=post.pk, when=when)
        page = browser.get(reverse("compose_post", args=[post.pk])).content.decode()
        assert "data-autosave" not in page
        refused = save(browser, reverse("compose_post_draft", args=[post.pk]), text="Other words", version=post.version)
        assert (refused.status_code, refused.json()["details"]["code"]) == (409, "wrong_state")
        assert Post.objects.get().text == "Tuesday at six"

    def test_what_cannot_be_saved_says_why(self, browser: Client) -> None:
        refused = save(browser, NEW, text="x" * 20_001)
        assert refused.status_code == 400
        assert "20000 characters" in refused.json()["message"]
        assert not Post.objects.exists()
