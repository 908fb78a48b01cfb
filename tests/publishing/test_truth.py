"""One derivation of how a post stands, for its chip, the lists, their filters and the API; and what an account got."""

import ast
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from core import clock
from jobs.testing import drain
from pages import target_receipts
from publishing import selectors
from publishing.models import Post, PostTarget, in_group
from publishing.services import posts, schedule
from publishing.states import StateGroup, TargetState, derive
from publishing.transitions import move, refresh_posts
from tests.publishing.conftest import portrait


@pytest.fixture
def browser(in_workspace: Any) -> Client:
    return in_workspace.browsers.alice


class TestGroups:
    def test_the_filter_of_a_group_finds_what_its_chip_shows(self, connect: Any, make_post: Any) -> None:
        account = connect("tiktok")
        now = clock.now()
        for state in TargetState:
            for asked in (None, now):
                for code in ("", "auth_expired"):
                    target = make_post(account, text=f"{state} {asked} {code}").targets.get()
                    PostTarget.objects.filter(pk=target.pk).update(
                        state=state, asked_at=asked, error_code=code, due_at=now, published_at=now
                    )
        for group in StateGroup:
            shown = {row.pk for row in PostTarget.objects.all() if row.status_group is group}
            assert set(PostTarget.objects.filter(in_group(group)).values_list("pk", flat=True)) == shown
            assert shown, group

    def test_a_question_makes_the_post_need_the_person_and_an_answer_ends_that(
        self, box: Any, connect: Any, publish: Any
    ) -> None:
        box.fault("error_before", platform="youtube", step="upload.chunk", times=500)
        target = publish(connect("youtube"))
        assert target.waits_for_answer
        assert Post.objects.get().state == "needs_you"
        assert move(target, TargetState.UNCONFIRMED, asked_at=None)
        assert Post.objects.get().state == "unconfirmed"


class TestWhatAPersonMustDo:
    def test_chip_list_filter_and_api_say_the_same_of_a_post_that_needs_the_person(
        self, browser: Client, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        post = make_post(connect("youtube"), connect("tiktok"))
        now = clock.now()
        live, parked = post.targets.order_by("platform")
        PostTarget.objects.filter(pk=live.pk).update(state="published", published_at=now)
        PostTarget.objects.filter(pk=parked.pk).update(state="action_required", error_code="account_type")
        refresh_posts([post.pk])
        page = browser.get(reverse("post_detail", args=[post.pk])).content.decode()
        assert 'data-state="needs_you"' in page
        assert 'data-state="publishing"' not in page
        assert "Published to 1 of 2 platforms; 1 needs you." in page
        for state, found in (("needs_you", 1), ("publishing", 0), ("unconfirmed", 0), ("waiting", 0)):
            listed = browser.get("/api/v1/posts", {"status": state}).json()
            assert listed["total"] == found, state
            assert ("A quiet morning" in browser.get(reverse("posts"), {"status": state}).content.decode()) == bool(
                found
            )
        answer = browser.get(f"/api/v1/posts/{post.pk}").json()
        assert answer["status"] == "needs_you"
        assert {row["status_group"] for row in answer["targets"]} == {"published", "needs_you"}

    def test_the_schedule_filters_by_what_needs_the_person(
        self, browser: Client, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        states = {"Parked one": "action_required", "Waiting one": "waiting", "Planned one": "scheduled"}
        for text, state in states.items():
            target = make_post(account, text=text).targets.get()
            PostTarget.objects.filter(pk=target.pk).update(state=state, due_at=clock.now() + timedelta(minutes=5))
        for group, text in (("needs_you", "Parked one"), ("waiting", "Waiting one"), ("scheduled", "Planned one")):
            page = browser.get(reverse("schedule"), {"status": group}).content.decode()
            assert [word for word in states if word in page] == [text]
        page = browser.get(reverse("schedule"), {"status": "unconfirmed"}).content.decode()
        assert "No post passes these filters" in page

    def test_a_post_of_which_one_account_is_live_and_another_is_planned_is_not_called_publishing(
        self, connect: Any, make_post: Any
    ) -> None:
        post = make_post(connect("youtube"), connect("tiktok"))
        now = clock.now()
        live, planned = post.targets.order_by("platform")
        PostTarget.objects.filter(pk=live.pk).update(state="published", published_at=now)
        PostTarget.objects.filter(pk=planned.pk).update(state="scheduled", due_at=now + timedelta(days=1))
        refresh_posts([post.pk])
        post = Post.objects.get()
        assert post.state == "scheduled"
        assert selectors.summary(post) == "Published to 1 of 2 platforms; 1 is scheduled."
        assert not selectors.may_change(post)


def step_names() -> set[str]:
    """Every name that the adapters give a step, read from their sources."""
    found = set()
    for path in Path(import_module("publishing.platforms").__path__[0]).glob("*/adapter.py"):
        (way,) = (
            node
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.FunctionDef) and node.name == "step"
        )
        for node in ast.walk(way):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PublishStep":
                given: ast.AST = node.args[0]
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "name":
                given = node.value
            else:
                continue
            branches = (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,)
            found |= {str(each.value) for each in branches if isinstance(each, ast.Constant)}
    return found


class TestWords:
    def test_every_step_of_every_platform_is_told_in_words(self) -> None:
        names = step_names()
        assert {"append", "transfer", "find", "item_status", "presign"} <= names
        assert sorted(names - set(target_receipts.STEPS)) == []

    def test_what_is_said_of_a_post_on_its_way_fits_a_post_of_words_alone(
        self, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        post = make_post(connect("twitter"), media=[])
        for state in ("preparing", "uploading", "publishing", "processing"):
            PostTarget.objects.filter(post=post).update(state=state)
            actor = in_workspace.alice_actor
            (row,) = target_receipts.rows(actor, selectors.post(actor, post.pk))
            assert "X" in row.sentence
            assert "video" not in row.sentence
            assert "part" not in row.sentence


class TestWhatAnAccountGot:
    def shares(self, actor: Any, post: Post) -> dict[str, Any]:
        rows = target_receipts.rows(actor, selectors.post(actor, post.pk))
        return {row.target.platform: row.share for row in rows}

    def test_a_receipt_shows_what_was_frozen_and_not_the_draft_of_today(
        self, box: Any, browser: Client, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        actor = in_workspace.alice_actor
        video = portrait(in_workspace.workspace)
        post = make_post(connect("tiktok"), connect("youtube"), text="For all", media=video)
        PostTarget.objects.filter(post=post, platform="tiktok").update(text="Only for TikTok")
        schedule.publish_now(actor=actor, post_id=post.pk)
        drain(advance=True)
        Post.objects.filter(pk=post.pk).update(text="Written over later")
        shares = self.shares(actor, post)
        assert (shares["tiktok"].text, shares["youtube"].text) == ("Only for TikTok", "For all")
        assert (shares["tiktok"].title, shares["youtube"].title) == ("", "A quiet morning")
        assert ("Who can see this video", "Everyone") in shares["tiktok"].options
        assert ("Is this video made for kids?", "No") in shares["youtube"].options
        (file,) = shares["tiktok"].files
        assert (file.name, file.converted) == (video.original_name, "")
        assert "0:02" in file.facts
        assert "360×640" in file.facts
        page = browser.get(reverse("post_detail", args=[post.pk])).content.decode()
        assert "What this account got" in page
        assert "Only for TikTok" in page

    def test_a_converted_file_says_so_also_when_the_copy_is_gone(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        actor = in_workspace.alice_actor
        video = portrait(in_workspace.workspace)
        post = make_post(connect("tiktok"), media=video)
        schedule.publish_now(actor=actor, post_id=post.pk)
        drain(advance=True)
        target = post.targets.get()
        attempt = target.attempts.first()
        sentence = f"“{video.original_name}” was converted to H.264."
        target.attempts.filter(pk=attempt.pk).update(step="convert", sentence=sentence)
        (file,) = self.shares(actor, post)["tiktok"].files
        assert file.converted == sentence

    def test_a_draft_says_what_would_go_out(self, connect: Any, make_post: Any, in_workspace: Any) -> None:
        actor = in_workspace.alice_actor
        post = make_post(connect("tiktok"), text="First words")
        posts.update_post(actor=actor, post_id=post.pk, text="Second words")
        share = self.shares(actor, post)["tiktok"]
        assert (share.sent, share.text, share.heading) == (False, "Second words", "What this account gets")


class TestRowsFromBefore:
    def test_old_drafts_and_posts_get_the_states_that_new_ones_would_have(self, connect: Any, make_post: Any) -> None:
        migration = import_module("publishing.migrations.0009_states_of_old_rows")
        now = clock.now()
        inbox = {
            "state": "published",
            "published_at": now,
            "finished_at": now,
            "spec": {"options": {"send_to": "inbox"}},
        }
        live = {"state": "published", "published_at": now, "external_id": "7", "permalink": "https://tiktok.com/7"}
        before: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
            "in_inbox": ("published", inbox, live),
            "published": ("published", {**inbox, "external_id": "8"}, live),
            "needs_you": ("publishing", {"state": "action_required"}, live),
            "unconfirmed": ("publishing", {"state": "unconfirmed"}, live),
            "waiting": ("publishing", {"state": "waiting"}, live),
            "scheduled": ("publishing", {"state": "scheduled", "due_at": now}, live),
            "publishing": ("publishing", {"state": "uploading"}, live),
            "failed": ("partially_published", inbox, {"state": "failed"}),
        }
        accounts = connect("tiktok"), connect("youtube")
        made = {}
        for after, (state, tiktok, youtube) in before.items():
            post = make_post(*accounts, text=after)
            PostTarget.objects.filter(post=post, platform="tiktok").update(**tiktok)
            PostTarget.objects.filter(post=post, platform="youtube").update(**youtube)
            Post.objects.filter(pk=post.pk).update(state=state)
            made[after] = post.pk
        migration.tell_apart(apps, None)
        assert {after: Post.objects.get(pk=pk).state for after, pk in made.items()} == {name: name for name in before}
        for post in Post.objects.all():
            assert derive(row.status_group for row in post.targets.all()) == post.state
        migration.put_together(apps, None)
        assert {row.state for row in Post.objects.all()} == {"published", "publishing", "failed"}
        assert not PostTarget.objects.filter(state="in_inbox").exists()
