"""Pages say what is so: steps from rows, each reason once, work in words, one unit for every number, plurals right."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

import jobs
from core import clock, formatting, scope
from jobs import registry
from pages import work_in_progress
from pages.templatetags import ui as tags
from pages.workflow_steps import steps_of
from publishing.models import AccountStatus, Post, PostTarget, SocialAccount
from publishing.posts import attention
from strategies.models import Strategy
from tests.analytics.conftest import make_account
from tests.factories import make_video
from videos.models import Video

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def browser(in_workspace: Any) -> Client:
    return in_workspace.browsers.alice


def share(account: SocialAccount, text: str = "Hello", **fields: Any) -> PostTarget:
    post = Post.objects.create(workspace_id=account.workspace_id, text=text, state="needs_you")
    return PostTarget.objects.create(
        workspace_id=account.workspace_id, post=post, account=account, platform=account.platform, **fields
    )


def strategy(cast: Any, **fields: Any) -> Strategy:
    return Strategy.objects.create(
        workspace=cast.workspace, title="Spring plan", status="ready", version=1, platforms=["tiktok"], **fields
    )


def done(page: str) -> list[str]:
    """The steps of the strip that are ticked."""
    return re.findall(r'data-state="done"[^>]*>.*?Done: </span>([A-Z]\w+)', page, re.DOTALL)


class TestSteps:
    def test_a_strategy_made_from_no_video_ticks_neither_video_nor_pattern(
        self, browser: Client, in_workspace: Any
    ) -> None:
        made = strategy(in_workspace)
        assert done(browser.get(reverse("strategy_detail", args=[made.pk])).content.decode()) == []

    def test_a_strategy_made_from_a_measured_video_ticks_both(self, browser: Client, in_workspace: Any) -> None:
        made = strategy(in_workspace)
        video = make_video(in_workspace.workspace, status=Video.Status.PROCESSED)
        made.videos.add(video, through_defaults={"workspace_id": in_workspace.workspace.pk})
        page = browser.get(reverse("strategy_detail", args=[made.pk])).content.decode()
        assert done(page) == ["Video", "Pattern"]

    def test_a_video_that_is_not_measured_has_no_pattern_and_a_deleted_one_nothing(self, in_workspace: Any) -> None:
        video = make_video(in_workspace.workspace, status=Video.Status.UPLOADED)
        assert list(steps_of(video)) == ["video"]
        video.deleted_at = clock.now()
        assert steps_of(video) == steps_of(None) == {}

    def test_a_place_where_something_can_be_made_is_not_done(self) -> None:
        steps = {step["key"]: step for step in tags.flow_steps("strategy", {}, {"script": "/scripts/new/"})}
        assert (steps["script"]["state"], steps["script"]["url"]) == ("todo", "/scripts/new/")

    def test_the_checklist_ticks_a_strategy_that_was_made_without_any_job(
        self, browser: Client, in_workspace: Any
    ) -> None:
        asks = 'href="/strategies/">Ask for a strategy'
        assert asks in browser.get(reverse("dashboard")).content.decode()
        strategy(in_workspace)
        page = browser.get(reverse("dashboard")).content.decode()
        assert asks not in page
        assert "Ask for a strategy" in page


class TestAttention:
    def test_one_reason_is_said_once_however_many_posts_wait_for_it(self, browser: Client, in_workspace: Any) -> None:
        account = make_account(in_workspace)
        SocialAccount.objects.filter(pk=account.pk).update(status=AccountStatus.EXPIRED, problem="TikTok ended it.")
        for number in range(4):
            share(account, f"Post {number}", state="action_required", error_code="auth_expired", error_sentence="Gone.")
        page = browser.get(reverse("dashboard")).content.decode()
        assert page.count("TikTok ended it.") == 1
        assert "Gone." not in page
        assert "4 posts" in page
        assert "and 1 more" in page
        assert page.count(">Reconnect</a>") == 1

    def test_failures_with_one_sentence_are_one_line_and_old_ones_none(self, in_workspace: Any) -> None:
        account = make_account(in_workspace)
        for number in range(3):
            share(account, f"Post {number}", state="failed", error_code="rejected", error_sentence="Too long.")
        old = share(account, "Old", state="failed", error_code="rejected", error_sentence="Long ago.")
        PostTarget.objects.filter(pk=old.pk).update(updated_at=clock.now() - timedelta(days=30))
        (reason,) = attention.reasons(in_workspace.alice_actor)
        assert (reason.sentence, reason.count) == ("Too long.", 3)

    def test_a_strangers_trouble_is_not_mine(self, in_workspace: Any) -> None:
        with scope.workspace(in_workspace.elsewhere.pk):
            share(
                make_account(in_workspace, workspace=in_workspace.elsewhere), state="failed", error_sentence="Theirs."
            )
        assert attention.reasons(in_workspace.alice_actor) == []


class TestTiles:
    @pytest.mark.parametrize("page", ["dashboard", "analytics"])
    def test_what_holds_for_all_tiles_is_said_once(self, browser: Client, in_workspace: Any, page: str) -> None:
        shown = browser.get(reverse(page)).content.decode()
        assert shown.count("Nothing to compare with yet") == 1
        assert shown.count("No numbers yet") == 1


class TestRunning:
    SILENT = ("analytics.", "approvals.", "notifications.", "publish.", "media.", "webhooks.")

    def test_every_kind_of_job_has_words_or_is_the_products_own_business(self) -> None:
        named = {name for name in registry.kinds if not name.startswith((*self.SILENT, "test"))}
        assert named == set(work_in_progress.KINDS)

    @pytest.mark.parametrize("kind", list(work_in_progress.KINDS))
    def test_work_under_way_is_told_in_words(self, browser: Client, in_workspace: Any, kind: str) -> None:
        video = make_video(in_workspace.workspace, title="Morning run")
        known = work_in_progress.KINDS[kind].page == "video_detail"
        subject = video.pk if known else uuid4()
        jobs.enqueue(kind=kind, actor=in_workspace.alice_actor, subject=("video", subject))
        page = browser.get(reverse("dashboard")).content.decode()
        assert (
            f"{work_in_progress.KINDS[kind].words} {'“Morning run”' if known else 'something that was deleted'}" in page
        )
        assert kind not in page


class TestQuota:
    def test_the_room_that_is_left_is_fetched_again_after_an_upload(self, browser: Client, in_workspace: Any) -> None:
        page = browser.get(reverse("video_upload")).content.decode()
        assert "upload:done from:body" in page
        assert "stores 0 bytes of" in page
        make_video(in_workspace.workspace)
        assert "stores 0 bytes of" not in browser.get(reverse("quota")).content.decode()


class TestWords:
    @pytest.mark.parametrize(("count", "said"), [(0, "0 posts"), (1, "1 post"), (2, "2 posts"), (1234, "1,234 posts")])
    def test_plurals(self, count: int, said: str) -> None:
        assert formatting.counted(count, "post") == tags.counted(count, "post") == said
        assert formatting.counted(count, "reply", "replies").endswith("reply" if count == 1 else "replies")

    def test_there_is_one_helper_for_plurals(self) -> None:
        apart = re.compile(r"\|pluralize|\{'s' if |\{\"s\" if ")
        apps = [path.parent for path in settings.BASE_DIR.glob("*/apps.py")]
        paths = [path for app in apps for path in app.rglob("*.py")]
        paths += list((settings.BASE_DIR / "templates").rglob("*.html"))
        found = [str(path.relative_to(settings.BASE_DIR)) for path in paths if apart.search(Path(path).read_text())]
        assert set(found) <= {"strategies/offline/__init__.py"}, "the last is a word of its own: median, medians"

    def test_goals_and_kinds_are_named(self) -> None:
        assert (tags.goal_name("watch_time"), tags.goal_name("own_goal")) == ("Watch time", "Own goal")
        assert tags.in_words("bold_claim") == "Bold claim"
