"""Claims between workers and workspaces, and what becomes of jobs whose worker is gone."""

from datetime import timedelta

import pytest

import jobs
from core import clock
from jobs import claims, conf, services
from jobs.leases import worker_name
from jobs.models import Job, Status
from jobs.testing import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def name(kind):
    return kind(lambda ctx: jobs.Done())


def order(name, actor, count):
    return [jobs.enqueue(kind=name, actor=actor) for _ in range(count)]


class TestClaim:
    def test_takes_a_lease_with_a_fresh_token(self, in_workspace, name, frozen):
        [job] = order(name, in_workspace.alice_actor, 1)
        claimed = claims.claim("default")
        assert claimed.pk == job.pk
        assert claimed.lease_token is not None
        assert claimed.lease_expires_at == clock.now() + timedelta(seconds=90)
        assert (claimed.status, claimed.worker, claimed.attempts) == (Status.RUNNING, worker_name(), 1)
        assert claims.claim("default") is None

    def test_somebody_faster_gets_it(self, in_workspace, name, monkeypatch):
        [job] = order(name, in_workspace.alice_actor, 1)
        seen = claims._candidates("default")
        assert claims.claim("default").pk == job.pk
        monkeypatch.setattr(claims, "_candidates", lambda queue: seen)
        assert claims.claim("default") is None

    def test_the_next_candidate_when_the_first_is_gone(self, in_workspace, name, monkeypatch):
        first, second = order(name, in_workspace.alice_actor, 2)
        Job.objects.filter(pk=first.pk).update(status=Status.CANCELLED)
        monkeypatch.setattr(claims, "_candidates", lambda queue: [first.pk, second.pk])
        assert claims.claim("default").pk == second.pk


class TestFairness:
    def test_a_large_order_does_not_hold_up_another_workspace(self, cast, name):
        order(name, cast.alice_actor, 6)
        order(name, cast.charlie_actor, 2)
        order(name, None, 1)
        owners = [job.workspace_id for job in drain()]
        us, them = cast.workspace.pk, cast.elsewhere.pk
        assert set(owners[:3]) == {us, them, None}
        assert owners[3:5].count(them) == 1
        assert owners[5:] == [us] * 4

    def test_the_workspace_with_fewer_running_jobs_comes_first(self, cast, name):
        order(name, cast.alice_actor, 2)
        assert claims.claim("default").workspace_id == cast.workspace.pk
        order(name, cast.charlie_actor, 2)
        assert claims.claim("default").workspace_id == cast.elsewhere.pk
        held = claims.claim("default")
        assert held.workspace_id == cast.workspace.pk


class TestSweep:
    def test_a_lease_that_ran_out_is_taken_back(self, in_workspace, name, frozen):
        order(name, in_workspace.alice_actor, 1)
        lost = claims.claim("default")
        assert claims.requeue_expired() == 0
        clock.advance(timedelta(seconds=91))
        assert claims.requeue_expired() == 1
        lost.refresh_from_db()
        assert (lost.status, lost.lost_leases, lost.lease_token) == (Status.QUEUED, 1, None)
        assert drain()[0].status == Status.DONE

    def test_three_lost_leases_end_it(self, in_workspace, kind, frozen):
        told = []
        name = kind(lambda ctx: jobs.Done(), on_ended=told.append)
        [job] = order(name, in_workspace.alice_actor, 1)
        for _ in range(3):
            assert claims.claim("default") is not None
            clock.advance(timedelta(seconds=91))
            claims.requeue_expired()
        job.refresh_from_db()
        assert (job.status, job.error_code, job.lost_leases) == (Status.FAILED, "worker_lost", 3)
        assert "3 times" in job.error_message
        assert [(ended.status, ended.code) for ended in told] == [("failed", "worker_lost")]

    def test_a_wish_to_cancel_outlives_the_worker(self, in_workspace, name, frozen):
        [job] = order(name, in_workspace.alice_actor, 1)
        claims.claim("default")
        services.cancel(actor=in_workspace.alice_actor, job_id=job.pk)
        clock.advance(timedelta(seconds=91))
        claims.requeue_expired()
        job.refresh_from_db()
        assert (job.status, job.error_code) == (Status.CANCELLED, "job_cancelled")

    def test_takes_back_only_what_still_has_the_old_token(self, in_workspace, name, frozen, monkeypatch):
        order(name, in_workspace.alice_actor, 1)
        stale = claims.claim("default")
        claims.requeue_running()
        fresh = claims.claim("default")
        with pytest.raises(jobs.LeaseLost):
            claims._lose(stale, Job.objects.filter(pk=stale.pk, lease_token=stale.lease_token))
        fresh.refresh_from_db()
        assert (fresh.status, fresh.lost_leases) == (Status.RUNNING, 1)

    def test_a_renewal_in_between_saves_the_lease(self, in_workspace, name, frozen, monkeypatch):
        order(name, in_workspace.alice_actor, 1)
        job = claims.claim("default")
        clock.advance(timedelta(seconds=91))
        real = claims._lose

        def renew_first(job, rows):
            Job.objects.filter(pk=job.pk).update(lease_expires_at=clock.now() + timedelta(seconds=90))
            real(job, rows)

        monkeypatch.setattr(claims, "_lose", renew_first)
        assert claims.requeue_expired() == 0
        job.refresh_from_db()
        assert job.status == Status.RUNNING


class TestFigures:
    def test_are_those_of_the_architecture(self):
        assert (conf.lease_s(), conf.heartbeat_s(), conf.work_s()) == (90, 20, 60)
        assert (conf.retry_delays_s(), conf.max_lost_leases(), conf.keep_days()) == ((60, 300, 900), 3, 30)
