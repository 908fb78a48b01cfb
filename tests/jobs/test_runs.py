"""A job from order to end: results, waits, failures, interruptions."""

from datetime import timedelta
from itertools import pairwise

import pytest

import jobs
from accounts.models import Workspace
from core import clock
from core.errors import Conflict
from jobs import claims, runner, transitions
from jobs.models import Job, Status
from jobs.outcomes import LeaseLost
from jobs.testing import drain

pytestmark = pytest.mark.django_db


class TestDone:
    def test_result_and_commit_are_kept(self, in_workspace, kind):
        def rename():
            Workspace.objects.filter(pk=in_workspace.workspace.pk).update(name="Renamed")
            return {"renamed": True}

        name = kind(lambda ctx: jobs.Done({"n": ctx.payload["n"]}, commit=rename))
        subject = ("workspace", in_workspace.workspace.pk)
        job = jobs.enqueue(kind=name, actor=in_workspace.alice_actor, subject=subject, payload={"n": 3})
        assert job.status == Status.QUEUED

        [ended] = drain()

        assert (ended.pk, ended.status, ended.progress_pct) == (job.pk, Status.DONE, 100)
        assert ended.result == {"n": 3, "renamed": True}
        assert ended.lease_token is None
        assert ended.attempts == 1
        assert ended.finished_at is not None
        assert ended.started_at is not None
        in_workspace.workspace.refresh_from_db()
        assert in_workspace.workspace.name == "Renamed"

    def test_the_handler_sees_its_job(self, in_workspace, kind):
        seen = {}

        def look(ctx):
            seen.update(actor=ctx.actor, workspace=ctx.workspace_id, subject=ctx.subject_id, attempt=ctx.attempt)
            seen.update(type=ctx.subject_type, kind=ctx.kind, token=ctx.token)
            return jobs.Done()

        name = kind(look)
        jobs.enqueue(kind=name, actor=in_workspace.bob_actor, subject=("user", in_workspace.bob.pk))
        drain()
        assert seen["actor"] == in_workspace.bob_actor
        assert seen["workspace"] == in_workspace.workspace.pk
        assert (seen["type"], seen["subject"], seen["attempt"]) == ("user", in_workspace.bob.pk, 1)
        assert len(seen["token"]) == 32

    def test_a_commit_that_fails_leaves_nothing(self, in_workspace, kind):
        def rename_and_refuse():
            Workspace.objects.filter(pk=in_workspace.workspace.pk).update(name="Half")
            raise Conflict("taken", "The name is taken.")

        name = kind(lambda ctx: jobs.Done({"x": 1}, commit=rename_and_refuse))
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        [ended] = drain()
        assert (ended.status, ended.error_code, ended.error_message) == (Status.FAILED, "taken", "The name is taken.")
        assert ended.result == {}
        in_workspace.workspace.refresh_from_db()
        assert in_workspace.workspace.name == "Studio"

    def test_system_jobs_have_no_workspace(self, cast, kind):
        name = kind(lambda ctx: jobs.Done({"people": Workspace.objects.count()}))
        jobs.enqueue(kind=name, actor=None)
        [ended] = drain()
        assert (ended.workspace_id, ended.result) == (None, {"people": 2})

    def test_system_jobs_have_no_actor_and_no_subject(self, cast, kind):
        def ask(ctx):
            for attribute in ("actor", "workspace_id", "subject_id"):
                with pytest.raises(RuntimeError):
                    getattr(ctx, attribute)
            return jobs.Done()

        jobs.enqueue(kind=kind(ask), actor=None)
        assert drain()[0].status == Status.DONE


class TestAgain:
    def test_waits_without_a_worker_and_continues(self, in_workspace, kind, frozen):
        def poll(ctx):
            seen = ctx.checkpoint.get("seen", 0) + 1
            ctx.save_checkpoint({"seen": seen})
            return jobs.Done({"seen": seen}) if seen == 3 else jobs.Again(timedelta(minutes=1))

        jobs.enqueue(kind=kind(poll), actor=in_workspace.alice_actor)
        [waiting] = drain()
        assert (waiting.status, waiting.run_at) == (Status.WAITING, clock.now() + timedelta(minutes=1))
        assert drain() == []
        started = clock.now()
        [ended] = drain(advance=True)
        assert (ended.status, ended.result, ended.attempts) == (Status.DONE, {"seen": 3}, 3)
        assert clock.now() - started == timedelta(minutes=2)

    def test_commit_runs_with_the_wait(self, in_workspace, kind):
        def rename():
            Workspace.objects.filter(pk=in_workspace.workspace.pk).update(name="Waiting")

        jobs.enqueue(kind=kind(lambda ctx: jobs.Again(timedelta(hours=1), commit=rename)), actor=in_workspace.bob_actor)
        drain()
        in_workspace.workspace.refresh_from_db()
        assert in_workspace.workspace.name == "Waiting"

    def test_can_be_woken_early(self, in_workspace, kind, frozen):
        name = kind(lambda ctx: jobs.Done() if ctx.attempt == 2 else jobs.Again(timedelta(days=1)))
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="wait:1")
        drain()
        assert not jobs.wake_waiting(actor=in_workspace.alice_actor, unique_key="wait:2")
        assert not jobs.wake_waiting(actor=in_workspace.charlie_actor, unique_key="wait:1")
        assert jobs.wake_waiting(actor=in_workspace.alice_actor, unique_key="wait:1")
        assert drain()[0].status == Status.DONE


class TestTransient:
    def test_waits_1_5_15_minutes_then_fails(self, in_workspace, kind, frozen):
        times = []

        def fail(ctx):
            times.append(clock.now())
            raise jobs.Transient("The server is tired.", code="tired")

        jobs.enqueue(kind=kind(fail), actor=in_workspace.alice_actor)
        [ended] = drain(advance=True)
        minutes = [(later - earlier).total_seconds() / 60 for earlier, later in pairwise(times)]
        assert minutes == [1, 5, 15]
        assert (ended.status, ended.error_code, ended.error_message) == (
            Status.FAILED,
            "tired",
            "The server is tired.",
        )

    def test_progress_starts_the_count_again(self, in_workspace, kind, frozen):
        def fail(ctx):
            if ctx.attempt == 3:
                ctx.save_checkpoint({"step": 1})
            if ctx.attempt == 7:
                return jobs.Done()
            raise jobs.Transient("Not yet.")

        jobs.enqueue(kind=kind(fail), actor=in_workspace.alice_actor)
        [ended] = drain(advance=True)
        # Two waits, then progress, then three more waits before the seventh run.
        assert (ended.status, ended.attempts) == (Status.FAILED, 6)

    def test_can_say_when(self, in_workspace, kind, frozen):
        def fail(ctx):
            raise jobs.Transient("Later.", after=timedelta(seconds=7))

        jobs.enqueue(kind=kind(fail), actor=in_workspace.alice_actor)
        [waiting] = drain()
        assert waiting.run_at == clock.now() + timedelta(seconds=7)
        assert (waiting.status, waiting.transient_failures) == (Status.WAITING, 1)


class TestFailure:
    def test_the_kind_is_told(self, in_workspace, kind):
        told = []

        def fail(ctx):
            raise Conflict("gone", "The file is gone.")

        jobs.enqueue(kind=kind(fail, on_ended=told.append), actor=in_workspace.alice_actor, payload={"a": 1})
        drain()
        [ended] = told
        assert (ended.status, ended.code, ended.message) == ("failed", "gone", "The file is gone.")
        assert (ended.actor, ended.payload) == (in_workspace.alice_actor, {"a": 1})

    def test_a_bug_is_a_sentence_for_people_and_a_traceback_for_us(self, in_workspace, kind, caplog):
        def fail(ctx):
            raise KeyError("secret detail")

        jobs.enqueue(kind=kind(fail), actor=in_workspace.alice_actor)
        [ended] = drain()
        assert (ended.status, ended.error_code) == (Status.FAILED, "internal_error")
        assert "secret detail" not in ended.error_message
        assert "secret detail" in caplog.text

    def test_a_handler_must_return_an_outcome(self, in_workspace, kind):
        jobs.enqueue(kind=kind(lambda ctx: None), actor=in_workspace.alice_actor)
        assert drain()[0].error_code == "internal_error"

    def test_an_unknown_kind_waits_for_a_newer_worker(self, in_workspace, kind, frozen):
        from jobs import registry

        name = kind(lambda ctx: jobs.Done())
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        del registry.kinds[name]
        [waiting] = drain()
        assert (waiting.status, waiting.error_code) == (Status.WAITING, "unknown_kind")

    def test_a_job_of_an_unknown_kind_cannot_be_ordered(self, in_workspace):
        with pytest.raises(ValueError, match="No handler"):
            jobs.enqueue(kind="nobody.knows", actor=in_workspace.alice_actor)


class TestFencing:
    def test_a_run_that_lost_its_lease_changes_nothing(self, in_workspace, kind):
        name = kind(lambda ctx: jobs.Done())
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        late = claims.claim("default")
        claims.requeue_running()
        fresh = claims.claim("default")
        assert fresh.pk == late.pk
        for end in (
            lambda: transitions.mark_done(late, late.lease_token, jobs.Done({"late": True})),
            lambda: transitions.mark_waiting(late, late.lease_token, jobs.Again(timedelta(0))),
            lambda: transitions.retry_later(late, late.lease_token, jobs.Transient("x")),
            lambda: transitions.mark_failed(late, late.lease_token, "x", "x"),
            lambda: transitions.mark_cancelled(late, late.lease_token),
        ):
            with pytest.raises(LeaseLost):
                end()
        transitions.mark_done(fresh, fresh.lease_token, jobs.Done({"fresh": True}))
        row = Job.objects.get(pk=late.pk)
        assert (row.status, row.result, row.lost_leases, row.attempts) == (Status.DONE, {"fresh": True}, 1, 2)

    def test_the_commit_of_a_late_run_never_happens(self, in_workspace, kind):
        def steal_then_finish(ctx):
            claims.requeue_running()
            return jobs.Done(commit=lambda: Workspace.objects.update(name="Stolen"))

        jobs.enqueue(kind=kind(steal_then_finish), actor=in_workspace.alice_actor)
        job = claims.claim("default")
        runner.run(job, background=False)
        job.refresh_from_db()
        assert (job.status, job.lost_leases) == (Status.QUEUED, 1)
        in_workspace.workspace.refresh_from_db()
        assert in_workspace.workspace.name == "Studio"

    def test_progress_and_checkpoints_of_a_late_run_are_refused(self, in_workspace, kind):
        def steal_then_write(ctx):
            claims.requeue_running()
            ctx.save_checkpoint({"late": True})
            return jobs.Done()

        jobs.enqueue(kind=kind(steal_then_write), actor=in_workspace.alice_actor)
        job = claims.claim("default")
        runner.run(job, background=False)
        job.refresh_from_db()
        assert (job.status, job.checkpoint) == (Status.QUEUED, {})
