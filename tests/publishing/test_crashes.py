"""A worker that dies between the receipt and its completion, a worker that wakes too late, a job that died for good."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

import jobs
from core import clock
from core.actor import Actor
from core.ids import uuid7
from jobs.models import Job
from jobs.testing import drain
from publishing.engine import housekeeping, receipts
from publishing.engine.receipts import Superseded
from publishing.engine.run import Run, claim
from publishing.models import Attempt, PostTarget
from publishing.platforms.base import Effect, PublishStep
from publishing.schedule import queueing
from publishing.services import schedule, targets
from publishing.states import TargetState
from publishing.transitions import move
from tests.publishing.conftest import COMMIT, WAY

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

# The first step that prepares something.
FIRST = {
    "tiktok": "init", "youtube": "session", "twitter": "initialize", "linkedin": "initialize",
    "instagram": "container", "facebook": "start",
}  # fmt: skip


class PowerCut(BaseException):
    """What no handler may catch."""


@pytest.fixture
def queued(connect: Any, make_post: Any, in_workspace: Any) -> Callable[[str], PostTarget]:
    """A target in the queue, without anybody running it."""

    def make(platform: str) -> PostTarget:
        post = make_post(connect(platform, **WAY.get(platform, {})))
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        return PostTarget.objects.get(post=post)

    return make


def run(target: PostTarget) -> Any:
    """One run of a worker."""
    from contextlib import nullcontext

    token = uuid4()
    claimed = claim(target.pk, token)
    assert claimed is not None
    return Run(claimed, token, lambda: None, nullcontext).go()


def run_on(target: PostTarget) -> None:
    """Run after run: some platforms process the files before the post, and no worker waits for them."""
    for _ in range(20):
        clock.advance(run(target).after)


def die(monkeypatch: pytest.MonkeyPatch, adapter: Any, at: str, *, after: bool) -> None:
    """The process dies when it makes the step `at`: before the call, or after the platform has answered."""
    real = type(adapter).advance

    def advance(self: Any, session: Any, spec: Any, checkpoint: Any) -> Any:
        if self.step(spec, checkpoint).name != at:
            return real(self, session, spec, checkpoint)
        if after:
            real(self, session, spec, checkpoint)
        raise PowerCut

    monkeypatch.setattr(type(adapter), "advance", advance)


@pytest.mark.parametrize("platform", sorted(COMMIT))
@pytest.mark.parametrize("after", [False, True])
class TestPowerCut:
    def test_during_the_commit_the_outcome_is_looked_up_and_it_is_live_once(
        self, box: Any, queued: Any, monkeypatch: pytest.MonkeyPatch, platform: str, after: bool
    ) -> None:
        target = queued(platform)
        with monkeypatch.context() as patched:
            die(patched, Run(target, uuid4(), lambda: None, None).adapter, COMMIT[platform], after=after)
            with pytest.raises(PowerCut):
                run_on(target)
        open_one = Attempt.objects.get(completed_at=None)
        assert (open_one.step, open_one.effect) == (COMMIT[platform], "commit")
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"
        assert len(box.live(platform)) == 1
        open_one.refresh_from_db()
        assert open_one.outcome == "interrupted"
        sent = Attempt.objects.filter(target=target, step=COMMIT[platform]).count()
        assert sent == (1 if after else 2)

    def test_during_a_safe_step_the_step_is_simply_made_again(
        self, box: Any, queued: Any, monkeypatch: pytest.MonkeyPatch, platform: str, after: bool
    ) -> None:
        target = queued(platform)
        first = FIRST[platform]
        with monkeypatch.context() as patched:
            die(patched, Run(target, uuid4(), lambda: None, None).adapter, first, after=after)
            with pytest.raises(PowerCut):
                run(target)
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"
        assert len(box.live(platform)) == 1
        outcomes = list(Attempt.objects.filter(step=first).order_by("id").values_list("outcome", flat=True))
        assert outcomes == ["interrupted", "ok"]


class TestFence:
    def test_a_run_that_lost_its_target_can_neither_begin_a_call_nor_write(self, box: Any, queued: Any) -> None:
        target = queued("tiktok")
        old, new = uuid4(), uuid4()
        mine = claim(target.pk, old)
        assert claim(target.pk, new) is not None
        with pytest.raises(Superseded):
            receipts.begin(mine, old, PublishStep("last_chunk", Effect.COMMIT, TargetState.PUBLISHING))
        assert not move(mine, TargetState.FAILED, fence=old)
        assert not Attempt.objects.exists()
        target.refresh_from_db()
        assert (target.state, target.committed) == ("queued", False)

    def test_a_cancel_and_a_commit_at_the_same_moment_have_one_winner(
        self, box: Any, queued: Any, in_workspace: Any
    ) -> None:
        target = queued("tiktok")
        token = uuid4()
        mine = claim(target.pk, token)
        targets.cancel(actor=in_workspace.alice_actor, post_id=target.post_id, target_id=target.pk)
        with pytest.raises(Superseded):
            receipts.begin(mine, token, PublishStep("last_chunk", Effect.COMMIT, TargetState.PUBLISHING))
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "cancelled"
        assert box.live("tiktok") == []

    def test_after_the_commit_nobody_cancels(self, box: Any, queued: Any, in_workspace: Any) -> None:
        target = queued("tiktok")
        token = uuid4()
        receipts.begin(claim(target.pk, token), token, PublishStep("last_chunk", Effect.COMMIT, TargetState.PUBLISHING))
        with pytest.raises(Exception, match="cannot be cancelled") as refused:
            targets.cancel(actor=in_workspace.alice_actor, post_id=target.post_id, target_id=target.pk)
        assert refused.value.code == "past_commit"


class TestJobsThatEnd:
    def end(self, target: PostTarget, status: str) -> None:
        job = Job.objects.get(subject_id=target.pk)
        housekeeping.job_ended(
            jobs.Ended(job.pk, job.kind, job.actor, target.pk, {}, status, "worker_lost", "The worker was lost.")
        )
        target.refresh_from_db()

    def test_before_the_commit_the_target_fails_and_says_that_nothing_was_sent(self, box: Any, queued: Any) -> None:
        target = queued("tiktok")
        self.end(target, "failed")
        assert (target.state, target.error_code) == ("failed", "internal")
        assert "Nothing was sent" in target.error_sentence

    def test_after_the_commit_the_person_is_asked(self, box: Any, queued: Any) -> None:
        target = queued("youtube")
        token = uuid4()
        receipts.begin(claim(target.pk, token), token, PublishStep("last_chunk", Effect.COMMIT, TargetState.PUBLISHING))
        self.end(target, "failed")
        assert target.waits_for_answer
        assert not Attempt.objects.filter(completed_at=None).exists()

    def test_a_cancelled_job_cancels_its_target(self, box: Any, queued: Any) -> None:
        target = queued("tiktok")
        self.end(target, "cancelled")
        assert target.state == "cancelled"
        self.end(target, "failed")
        assert target.state == "cancelled"

    def test_a_target_adrift_gets_a_job_again(self, box: Any, queued: Any) -> None:
        target = queued("tiktok")
        Job.objects.filter(subject_id=target.pk).delete()
        assert housekeeping.pick_up_adrift() == 0
        clock.advance(timedelta(minutes=3))
        assert housekeeping.pick_up_adrift() == 1
        assert housekeeping.pick_up_adrift() == 0
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"

    def test_a_job_without_its_target_ends_quietly(self, box: Any, in_workspace: Any) -> None:
        key = uuid7()
        jobs.enqueue(kind=queueing.KIND, actor=Actor.system(in_workspace.workspace.pk), subject=("post_target", key))
        assert [job.status for job in drain()] == ["done"]
