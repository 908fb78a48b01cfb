"""The scan of what is due: many at once, each with its frozen spec and its job, none held up by an odd one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock, scope
from jobs.models import Job
from jobs.testing import drain
from publishing.models import PostTarget
from publishing.schedule import queueing, scheduler, specs
from publishing.services import schedule
from publishing.services.schedule import When


@pytest.fixture
def planned(box: Any, connect: Any, make_post: Any, in_workspace: Any) -> Any:
    """`planned(n)` posts to two accounts each, a second apart."""

    def make(count: int, text: str = "Number", **more: Any) -> list[PostTarget]:
        accounts = [connect("tiktok"), connect("youtube")]
        for number in range(count):
            post = make_post(*accounts, text=f"{text} {number}", **more)
            when = When(at=clock.now() + timedelta(minutes=5, seconds=number), zone="Europe/Paris")
            schedule.schedule_post(actor=in_workspace.alice_actor, post_id=post.pk, when=when)
        clock.advance(timedelta(minutes=6))
        return list(PostTarget.objects.order_by("due_at", "id"))

    return make


def test_each_gets_its_frozen_words_its_job_and_its_place_by_due_time(planned: Any) -> None:
    targets = planned(4)
    assert scheduler.queue_due() == 8
    for before in targets:
        after = PostTarget.objects.select_related("post").get(pk=before.pk)
        assert (after.state, after.post.state) == ("queued", "publishing")
        assert specs.thaw(after.platform, after.spec) == specs.build(after)
        assert after.content_key == specs.content_key(specs.build(after))
        assert after.queued_at == clock.now()
        job = Job.objects.get(unique_key=queueing.job_key(after.pk))
        assert (job.run_at, job.subject_id, job.workspace_id) == (after.due_at, after.pk, after.workspace_id)
    drain(advance=True)
    assert set(PostTarget.objects.values_list("state", flat=True)) == {"published"}


def test_twelve_cost_as_many_statements_as_two(planned: Any) -> None:
    statements = []
    for count, text in ((1, "Few"), (6, "Many")):
        planned(count, text)
        with scope.system("scan"), CaptureQueriesContext(connection) as queries:
            assert scheduler.queue_due() == 2 * count
        statements.append(len(queries))
    assert statements[1] <= statements[0] <= 30


def test_one_that_cannot_be_read_fails_with_a_reason_and_holds_up_nobody(
    planned: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = planned(3)[2]
    real = specs.build

    def build(target: PostTarget) -> Any:
        if target.pk == odd.pk:
            raise KeyError("media")
        return real(target)

    monkeypatch.setattr(specs, "build", build)
    assert scheduler.queue_due() == 5
    odd.refresh_from_db()
    assert (odd.state, odd.error_code) == ("failed", "internal")
    assert "Nothing was sent" in odd.error_sentence
    assert scheduler.queue_due() == 0


def test_a_job_left_from_before_is_woken_instead_of_doubled(planned: Any) -> None:
    from core.actor import Actor

    target = planned(1)[0]
    left = queueing.order(target, Actor.system(target.workspace_id))
    Job.objects.filter(pk=left.pk).update(run_at=clock.now() + timedelta(hours=5))
    assert scheduler.queue_due() == 2
    job = Job.objects.get(unique_key=queueing.job_key(target.pk))
    assert (job.pk, job.run_at) == (left.pk, clock.now())


def test_posts_that_were_deleted_or_moved_meanwhile_are_left_alone(planned: Any, in_workspace: Any) -> None:
    targets = planned(2)
    schedule.unschedule(actor=in_workspace.alice_actor, post_id=targets[0].post_id)
    assert scheduler.queue_due() == 2
    assert sorted(PostTarget.objects.values_list("state", flat=True)) == ["draft", "draft", "queued", "queued"]
