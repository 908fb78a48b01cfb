"""Answers that may be out of date are asked for again before a step is repeated; quotas when their day has ended."""

from types import SimpleNamespace
from typing import Any

import pytest

from core import clock
from core.errors import Conflict
from jobs.testing import drain
from publishing.models import Attempt, PostTarget, QuotaWindow
from publishing.platforms.tiktok.adapter import TikTok
from publishing.schedule import scheduler
from publishing.services import schedule
from publishing.states import EXPLAINED, TargetState, sources_of
from publishing.transitions import move
from tests.publishing.conftest import picture

pytestmark = pytest.mark.slow


def steps(target: PostTarget) -> list[str]:
    return list(Attempt.objects.filter(target=target).order_by("id").values_list("step", flat=True))


class TestTikTok:
    @pytest.mark.parametrize(
        "fault",
        ["error_before", "error_after", "reset_before", "reset_after", "rate_limit", "token_expired", "spam_hold"],
    )
    def test_what_the_account_allows_is_asked_before_a_repeated_init(
        self, box: Any, connect: Any, publish: Any, fault: str
    ) -> None:
        account = connect("tiktok")
        box.fault(fault, platform="tiktok", step="video.init")
        target = publish(account)
        assert target.state == "published"
        assert steps(target)[:4] == ["creator_info", "init", "creator_info", "init"]

    def test_an_audience_that_is_gone_by_then_is_told_instead_of_tried(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = connect("tiktok")
        box.fault("rate_limit", platform="tiktok", step="video.init", retry_after=600)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        private = {"username": "lumen.studio", "privacy_level_options": ["SELF_ONLY"]}
        monkeypatch.setattr(TikTok, "creator_options", lambda *_: private)
        drain(advance=True)
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.error_code) == ("failed", "rejected")
        assert steps(target).count("init") == 1

    def test_a_pause_of_the_account_asks_again_and_a_turn_of_our_own_does_not(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("tiktok")
        posts = [make_post(account, text=f"Number {number}") for number in range(8)]
        for post in posts:
            schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        assert set(PostTarget.objects.values_list("state", flat=True)) == {"published"}
        assert len(box.calls("tiktok", "creator_info")) == 8


class TestOthers:
    def test_whether_instagram_takes_a_post_is_asked_again_while_nothing_is_prepared(
        self, box: Any, connect: Any, publish: Any
    ) -> None:
        account = connect("instagram")
        box.fault("reset_before", platform="instagram", step="container.create")
        target = publish(account)
        assert target.state == "published"
        assert steps(target)[:4] == ["limit", "container", "limit", "container"]

    def test_a_quota_is_asked_for_the_day_on_which_the_upload_really_begins(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("youtube")
        box.fault("rate_limit", platform="youtube", step="upload.start", retry_after=23 * 3600)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        assert PostTarget.objects.get(post=post).state == "published"
        windows = QuotaWindow.objects.filter(bucket=f"youtube.channel:{account.external_id}").order_by("period")
        assert [(row.period, row.used) for row in windows] == [("2026-05-04", 1), ("2026-05-05", 1)]


class TestWhatExplainedAFormerState:
    """One place clears it: `transitions.move`."""

    @pytest.fixture
    def target(self, box: Any, connect: Any, make_post: Any) -> PostTarget:
        return PostTarget.objects.get(post=make_post(connect("tiktok")))

    @pytest.mark.parametrize("state", sorted(TargetState))
    def test_an_error_stays_only_where_it_explains_the_state(self, target: PostTarget, state: TargetState) -> None:
        before = next(found for found in sources_of(state) if found != state) if state != TargetState.DRAFT else state
        old = {"error_code": "transient", "error_sentence": "Trouble.", "error_words": "500", "wait_reason": "retry"}
        now = clock.now()
        more = {"due_at": now} if state == TargetState.SCHEDULED else {}
        more |= {"published_at": now} if state == TargetState.PUBLISHED else {}
        PostTarget.objects.filter(pk=target.pk).update(state=before, next_at=now, due_at=now, **old)
        target.refresh_from_db()
        assert move(target, state, **more)
        target.refresh_from_db()
        explained = state in EXPLAINED
        assert [target.error_code, target.error_sentence, target.error_words] == (
            ["transient", "Trouble.", "500"] if explained else ["", "", ""]
        )
        assert bool(target.wait_reason) == (state == TargetState.WAITING)
        assert (target.next_at is not None) == (state in (TargetState.WAITING, TargetState.UNCONFIRMED))

    def test_what_is_queued_by_the_scan_has_no_old_error_either(
        self, target: PostTarget, in_workspace: SimpleNamespace
    ) -> None:
        PostTarget.objects.filter(pk=target.pk).update(
            state="scheduled", due_at=clock.now(), error_code="transient", error_sentence="Trouble.", error_words="500"
        )
        assert scheduler.queue_due() == 1
        target.refresh_from_db()
        assert (target.state, target.error_code, target.error_sentence, target.error_words) == ("queued", "", "", "")


class TestTheSamePostTwice:
    @pytest.mark.parametrize(
        ("files", "words"), [(0, "the same text is"), (1, "the same text and picture is"), (2, "text and pictures is")]
    )
    def test_is_told_by_what_it_has(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace, files: int, words: str
    ) -> None:
        account = connect("facebook")
        media = [picture(in_workspace.workspace, shade) for shade in range(files)]
        posts = [make_post(account, text="Twice", media=media) for _ in range(2)]
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=posts[0].pk)
        with pytest.raises(Conflict) as refused:
            schedule.publish_now(actor=in_workspace.alice_actor, post_id=posts[1].pk)
        assert words in refused.value.message
        assert "video" not in refused.value.message

    def test_and_a_video_is_called_a_video(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("facebook")
        first = make_post(account, text="Twice")
        second = make_post(account, text="Twice", media=first.media.get().file)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=first.pk)
        with pytest.raises(Conflict, match="A post with the same text and video is already going out"):
            schedule.publish_now(actor=in_workspace.alice_actor, post_id=second.pk)
