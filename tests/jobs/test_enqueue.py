"""Ordering jobs: once by unique key, never before their time, one wake-up after the commit."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

import jobs
from core import clock, scope
from core.errors import Conflict
from jobs import claims, services, wake
from jobs.models import Job, Status
from jobs.queues import Queue
from jobs.testing import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def name(kind):
    return kind(lambda ctx: jobs.Done())


@pytest.fixture
def wakes(monkeypatch):
    sent = []
    monkeypatch.setattr(wake, "send", lambda queue, count=1: sent.append((queue, count)))
    return sent


class TestUniqueKey:
    def test_a_second_order_returns_the_live_job(self, in_workspace, name):
        first = jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k", payload={"n": 1})
        second = jobs.enqueue(kind=name, actor=in_workspace.bob_actor, unique_key="k", payload={"n": 2})
        assert (second.pk, second.payload) == (first.pk, {"n": 1})
        assert Job.objects.count() == 1

    def test_an_ended_job_frees_its_key(self, in_workspace, name):
        first = jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k")
        drain()
        assert jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k").pk != first.pk

    def test_a_running_job_runs_again_from_the_start(self, in_workspace, kind):
        runs = []

        def order_once_more(ctx):
            runs.append(dict(ctx.checkpoint))
            if len(runs) == 1:
                ctx.save_checkpoint({"old": True})
                ctx.progress(40, "half")
                jobs.enqueue(kind=ctx.kind, actor=ctx.actor, unique_key="k")
                jobs.enqueue(kind=ctx.kind, actor=ctx.actor, unique_key="k")
            return jobs.Done()

        jobs.enqueue(kind=kind(order_once_more), actor=in_workspace.alice_actor, unique_key="k")
        [ended] = drain()
        assert runs == [{}, {}]
        assert (ended.status, ended.run_again, ended.attempts) == (Status.DONE, False, 2)

    def test_a_failing_job_that_was_ordered_again_gets_its_run(self, in_workspace, kind):
        told = []

        def fail_once(ctx):
            if ctx.attempt == 1:
                jobs.enqueue(kind=ctx.kind, actor=ctx.actor, unique_key="k")
                raise Conflict("x", "Not this time.")
            return jobs.Done()

        name = kind(fail_once, on_ended=told.append)
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k")
        [ended] = drain()
        assert (ended.status, ended.error_code, told) == (Status.DONE, "", [])

    def test_a_waiting_run_that_was_ordered_again_does_not_wait(self, in_workspace, kind, frozen):
        def wait_once(ctx):
            if ctx.attempt == 1:
                jobs.enqueue(kind=ctx.kind, actor=ctx.actor, unique_key="k")
                return jobs.Again(timedelta(hours=1))
            return jobs.Done()

        jobs.enqueue(kind=kind(wait_once), actor=in_workspace.alice_actor, unique_key="k")
        assert drain()[0].status == Status.DONE

    def test_the_earlier_time_wins_but_a_wait_stays(self, in_workspace, kind, frozen):
        name = kind(lambda ctx: jobs.Again(timedelta(minutes=10)))
        late, soon = clock.now() + timedelta(hours=2), clock.now() + timedelta(hours=1)
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k", run_at=late)
        assert jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k", run_at=soon).run_at == soon
        assert jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k", run_at=late).run_at == soon
        clock.advance(timedelta(hours=1))
        drain()
        waiting = jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k")
        assert (waiting.status, waiting.run_at) == (Status.WAITING, clock.now() + timedelta(minutes=10))

    def test_workspaces_do_not_share_keys(self, cast, name):
        ours = jobs.enqueue(kind=name, actor=cast.alice_actor, unique_key="k")
        theirs = jobs.enqueue(kind=name, actor=cast.charlie_actor, unique_key="k")
        system = jobs.enqueue(kind=name, actor=None, unique_key="k")
        again = jobs.enqueue(kind=name, actor=None, unique_key="k")
        assert len({ours.pk, theirs.pk, system.pk}) == 3
        assert again.pk == system.pk

    def test_the_database_refuses_a_second_live_job(self, in_workspace, name):
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k")
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.create(
                workspace=in_workspace.workspace, kind=name, queue="default", run_at=clock.now(), unique_key="k"
            )

    def test_losing_the_race_to_insert_returns_the_winner(self, in_workspace, name, monkeypatch):
        winner = jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k")
        real, calls = services._join, []

        def blind_once(*args):
            calls.append(args)
            return None if len(calls) == 1 else real(*args)

        monkeypatch.setattr(services, "_join", blind_once)
        assert jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k").pk == winner.pk
        assert len(calls) == 2

    def test_gives_up_when_others_always_win(self, in_workspace, name, monkeypatch):
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k")
        monkeypatch.setattr(services, "_join", lambda *args: None)
        with pytest.raises(Conflict):
            jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k")

    def test_a_job_that_ends_while_it_is_joined_is_not_joined(self, in_workspace, name, monkeypatch):
        live = jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k")
        monkeypatch.setattr(services, "UNFINISHED", (*services.UNFINISHED, Status.DONE))
        Job.objects.filter(pk=live.pk).update(status=Status.DONE)
        monkeypatch.setattr(Job.objects.all().__class__, "update", lambda self, **fields: 0)
        assert services._join(in_workspace.alice_actor, "k", clock.now()) is None

    def test_other_errors_of_the_database_are_not_swallowed(self, in_workspace, name):
        with pytest.raises(IntegrityError), transaction.atomic():
            jobs.enqueue(kind=name, actor=in_workspace.alice_actor, queue="nowhere")


class TestTime:
    def test_nothing_runs_before_its_time(self, in_workspace, name, frozen):
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor, run_at=clock.now() + timedelta(minutes=5))
        assert drain() == []
        clock.advance(timedelta(minutes=5))
        assert len(drain()) == 1

    def test_higher_priority_first_then_the_longest_due(self, in_workspace, name, frozen):
        now = clock.now()
        order = [
            jobs.enqueue(kind=name, actor=in_workspace.alice_actor, run_at=now - timedelta(seconds=age), priority=rank)
            for age, rank in ((1, 0), (9, 0), (1, 5), (5, 5))
        ]
        assert [job.pk for job in drain()] == [order[3].pk, order[2].pk, order[1].pk, order[0].pk]

    def test_queue_of_the_kind_or_of_the_order(self, in_workspace, kind):
        name = kind(lambda ctx: jobs.Done(), queue=Queue.MEDIA)
        assert jobs.enqueue(kind=name, actor=in_workspace.alice_actor).queue == "media"
        assert jobs.enqueue(kind=name, actor=in_workspace.alice_actor, queue=Queue.PUBLISH).queue == "publish"
        assert claims.claim("default") is None
        assert claims.claim("publish") is not None


class TestWakeUps:
    def test_one_after_the_commit(self, in_workspace, name, wakes, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
            assert wakes == []
        assert wakes == [("default", 1)]

    def test_none_after_a_rollback(self, in_workspace, name, wakes, django_capture_on_commit_callbacks):
        def order_and_fail():
            with transaction.atomic():
                jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
                raise KeyError

        with django_capture_on_commit_callbacks(execute=True), pytest.raises(KeyError):
            order_and_fail()
        assert wakes == []
        assert Job.objects.count() == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="row-level security is PostgreSQL's")
class TestRowLevelSecurity:
    def test_jobs_follow_the_scope(self, cast, name):
        jobs.enqueue(kind=name, actor=cast.alice_actor)
        jobs.enqueue(kind=name, actor=None)
        with scope.workspace(cast.workspace.pk):
            assert Job.objects.count() == 1
        with scope.workspace(cast.elsewhere.pk):
            assert Job.objects.count() == 0
        with scope.request():
            assert Job.objects.count() == 0
        assert Job.objects.count() == 2
