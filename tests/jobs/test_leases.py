"""The heartbeat: one UPDATE for all leases, losses and wishes seen, the process judging itself."""

import os
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError

import jobs
from core import clock
from jobs import claims, leases
from jobs.leases import Keeper, Lease
from jobs.models import Job, Status, Worker
from tests.waits import until


@pytest.fixture
def name(kind):
    return kind(lambda ctx: jobs.Done())


def held(keeper, job):
    return keeper.holding(Lease(job.pk, job.lease_token), background=False)


@pytest.mark.django_db
class TestRenewal:
    def test_all_leases_by_one_update(self, in_workspace, name, frozen, django_assert_num_queries):
        keeper = Keeper()
        for _ in range(3):
            jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        claimed = [claims.claim("default") for _ in range(3)]
        clock.advance(timedelta(seconds=60))
        with held(keeper, claimed[0]), held(keeper, claimed[1]), held(keeper, claimed[2]):
            with django_assert_num_queries(2) as queries:
                keeper.renew()
            assert sum(query["sql"].startswith("UPDATE") for query in queries) == 1
        clock.advance(timedelta(seconds=60))
        assert claims.requeue_expired() == 0
        clock.advance(timedelta(seconds=31))
        assert claims.requeue_expired() == 3

    def test_nothing_held_asks_nothing(self, in_workspace, django_assert_num_queries):
        with django_assert_num_queries(0):
            Keeper().renew()

    def test_a_stolen_lease_is_lost(self, in_workspace, name, caplog):
        keeper = Keeper()
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        job = claims.claim("default")
        with held(keeper, job) as lease:
            claims.requeue_running()
            assert not lease.stopped()
            keeper.renew()
            assert lease.lost.is_set()
            keeper.look()
        assert caplog.text.count("was lost") == 1

    def test_a_wish_to_cancel_is_seen(self, in_workspace, name):
        keeper = Keeper()
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        job = claims.claim("default")
        with held(keeper, job) as lease:
            Job.objects.filter(pk=job.pk).update(cancel_requested_at=clock.now())
            keeper.look()
            assert lease.cancelled.is_set()
            assert not lease.lost.is_set()

    def test_without_a_renewal_for_a_lease_everything_is_lost(self, in_workspace, name, monkeypatch):
        keeper = Keeper()
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        with held(keeper, claims.claim("default")) as lease:
            keeper.judge()
            assert not lease.lost.is_set()
            later = time.monotonic() + 91
            monkeypatch.setattr(leases, "time", SimpleNamespace(monotonic=lambda: later))
            keeper.judge()
            assert lease.lost.is_set()

    def test_handing_back_is_no_loss(self, in_workspace, name):
        keeper = Keeper()
        jobs.enqueue(kind=name, actor=in_workspace.alice_actor)
        job = claims.claim("default")
        with held(keeper, job) as lease:
            assert keeper.hand_back() == 1
            assert lease.lost.is_set()
        job.refresh_from_db()
        assert (job.status, job.lost_leases, job.lease_token) == (Status.QUEUED, 0, None)


@pytest.mark.django_db
class TestWorkers:
    def test_rows_follow_the_workers_of_the_process(self, in_workspace, frozen, monkeypatch):
        keeper = Keeper()
        monkeypatch.setattr(keeper, "_ensure_thread", lambda: None)
        keeper.announce_worker("here/rest", ["default", "publish"], 4)
        began = clock.now()
        clock.advance(timedelta(seconds=20))
        keeper.show_workers()
        row = Worker.objects.get()
        assert (row.queues, row.threads, row.started_at, row.seen_at) == ("default,publish", 4, began, clock.now())
        keeper.withdraw_workers()
        assert not Worker.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestThread:
    @pytest.fixture(autouse=True)
    def _fast(self, settings):
        settings.JOBS_HEARTBEAT_S = 0.05
        settings.JOBS_CANCEL_POLL_S = 0.02

    def test_renews_until_released_and_survives_the_database(self, cast, name, monkeypatch, caplog):
        keeper = Keeper()
        jobs.enqueue(kind=name, actor=cast.alice_actor)
        job = claims.claim("default")
        first = job.lease_expires_at
        real, calls = keeper.renew, []

        def fail_first():
            calls.append(threading.current_thread().name)
            if len(calls) == 1:
                raise DatabaseError("gone for a moment")
            real()

        monkeypatch.setattr(keeper, "renew", fail_first)
        with keeper.holding(Lease(job.pk, job.lease_token)):
            until(Job.objects.filter(pk=job.pk, lease_expires_at__gt=first).exists, "the lease to be renewed")
        assert set(calls) == {"jobs-heartbeat"}
        assert "jobs-heartbeat failed and will go on" in caplog.text
        keeper.stop()

    def test_a_forked_child_starts_empty(self, cast, name):
        jobs.enqueue(kind=name, actor=cast.alice_actor)
        job = claims.claim("default")
        with leases.keeper.holding(Lease(job.pk, job.lease_token), background=False):
            pid = os.fork()
            if pid == 0:
                os._exit(len(leases.keeper.held()))
            _, status = os.waitpid(pid, 0)
            assert os.waitstatus_to_exitcode(status) == 0
            assert len(leases.keeper.held()) == 1
