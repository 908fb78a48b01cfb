"""Cancel, retry and retention, with who may and what it does to the job's kind."""

from datetime import timedelta

import pytest

import jobs
from accounts.models import AuditEvent
from core import clock, scope
from core.errors import Conflict, NotFound, PermissionDenied
from jobs import claims, leases, runner, services
from jobs.models import Job, Status
from jobs.testing import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def name(kind):
    return kind(lambda ctx: jobs.Done())


def fail(ctx):
    raise Conflict("no", "It cannot be done.")


class TestCancel:
    def test_a_queued_job_ends_at_once(self, in_workspace, kind):
        told = []
        name = kind(lambda ctx: jobs.Done(), on_ended=told.append)
        job = jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        assert services.cancel(actor=in_workspace.bob_actor, job_id=job.pk).status == Status.CANCELLED
        assert drain() == []
        assert [ended.status for ended in told] == ["cancelled"]
        event = AuditEvent.objects.get(verb="job.cancel")
        assert (event.actor_user_id, event.subject_id) == (in_workspace.bob.pk, str(job.pk))

    def test_a_running_job_is_asked_and_stops(self, in_workspace, kind):
        def cancel_me(ctx):
            services.cancel(actor=ctx.actor, job_id=ctx.job_id)
            leases.keeper.look()
            assert ctx.stopped()
            ctx.check()
            raise AssertionError("not reached")

        jobs.enqueue(kind=kind(cancel_me), actor=in_workspace.alice_actor)
        [ended] = drain()
        assert (ended.status, ended.error_code) == (Status.CANCELLED, "job_cancelled")
        assert ended.cancel_requested_at is not None

    def test_an_error_after_the_wish_counts_as_the_wish(self, in_workspace, kind):
        def cancel_and_break(ctx):
            services.cancel(actor=ctx.actor, job_id=ctx.job_id)
            leases.keeper.cancelled_here(ctx.job_id)
            raise KeyError("the child was killed")

        jobs.enqueue(kind=kind(cancel_and_break), actor=in_workspace.alice_actor)
        assert drain()[0].status == Status.CANCELLED

    def test_a_job_that_finishes_first_stays_done(self, in_workspace, kind):
        def cancel_too_late(ctx):
            services.cancel(actor=ctx.actor, job_id=ctx.job_id)
            return jobs.Done({"sent": True})

        jobs.enqueue(kind=kind(cancel_too_late), actor=in_workspace.alice_actor)
        [ended] = drain()
        assert (ended.status, ended.result) == (Status.DONE, {"sent": True})

    @pytest.mark.parametrize("outcome", ["again", "transient"])
    def test_a_job_that_goes_to_wait_is_cancelled_then(self, in_workspace, kind, outcome):
        def cancel_then_wait(ctx):
            Job.objects.filter(pk=ctx.job_id).update(cancel_requested_at=clock.now())
            if outcome == "transient":
                raise jobs.Transient("Later.")
            return jobs.Again(timedelta(minutes=1))

        jobs.enqueue(kind=kind(cancel_then_wait), actor=in_workspace.alice_actor)
        assert drain()[0].status == Status.CANCELLED

    def test_a_wish_from_before_the_claim_is_honoured(self, in_workspace, name):
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        job = claims.claim("default")
        job.cancel_requested_at = clock.now()
        runner.run(job, background=False)
        job.refresh_from_db()
        assert job.status == Status.CANCELLED

    def test_ended_jobs_are_refused(self, in_workspace, name):
        job = jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        drain()
        with pytest.raises(Conflict):
            services.cancel(actor=in_workspace.alice_actor, job_id=job.pk)
        assert not AuditEvent.objects.filter(verb="job.cancel").exists()

    def test_only_editors_of_the_workspace(self, in_workspace, name):
        job = jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        with pytest.raises(PermissionDenied):
            services.cancel(actor=in_workspace.victor_actor, job_id=job.pk)
        with scope.workspace(in_workspace.elsewhere.pk), pytest.raises(NotFound):
            services.cancel(actor=in_workspace.charlie_actor, job_id=job.pk)
        job.refresh_from_db()
        assert job.status == Status.QUEUED

    def test_the_operator_cancels_jobs_of_the_system(self, cast, name):
        job = jobs.enqueue(kind=name, actor=None)
        assert services.cancel(actor=None, job_id=job.pk).status == Status.CANCELLED
        assert services.retry(actor=None, job_id=job.pk).status == Status.QUEUED


class TestRetry:
    def test_runs_again_from_the_checkpoint(self, in_workspace, kind):
        def fail_once(ctx):
            if ctx.attempt == 1:
                ctx.save_checkpoint({"half": True})
                fail(ctx)
            return jobs.Done(dict(ctx.checkpoint))

        jobs.enqueue(kind=kind(fail_once), actor=in_workspace.alice_actor)
        [failed] = drain()
        again = services.retry(actor=in_workspace.bob_actor, job_id=failed.pk)
        assert (again.status, again.error_code, again.finished_at) == (Status.QUEUED, "", None)
        [ended] = drain()
        assert (ended.pk, ended.status, ended.result) == (failed.pk, Status.DONE, {"half": True})
        assert AuditEvent.objects.filter(verb="job.retry").count() == 1

    def test_only_what_failed_or_was_cancelled(self, in_workspace, name):
        job = jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        with pytest.raises(Conflict):
            services.retry(actor=in_workspace.alice_actor, job_id=job.pk)
        drain()
        with pytest.raises(Conflict):
            services.retry(actor=in_workspace.alice_actor, job_id=job.pk)

    def test_not_beside_a_live_job_with_its_key(self, in_workspace, kind):
        name = kind(fail)
        failed = jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k")
        drain()
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor, unique_key="k")
        with pytest.raises(Conflict) as refused:
            services.retry(actor=in_workspace.alice_actor, job_id=failed.pk)
        assert refused.value.code == "job_already_running"

    def test_viewers_may_not(self, in_workspace, kind):
        jobs.enqueue(kind=kind(fail), actor=in_workspace.alice_actor)
        [failed] = drain()
        with pytest.raises(PermissionDenied):
            services.retry(actor=in_workspace.victor_actor, job_id=failed.pk)


class TestCleanUp:
    def test_deletes_ended_jobs_after_30_days(self, in_workspace, name, frozen):
        old = jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        drain()
        clock.advance(timedelta(days=29))
        recent = jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        drain()
        live = jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        assert services.clean_up() == 0
        clock.advance(timedelta(days=2))
        assert services.clean_up() == 1
        left = set(Job.objects.values_list("pk", flat=True))
        assert old.pk not in left
        assert left == {recent.pk, live.pk}
