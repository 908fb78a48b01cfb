"""The workers inside one process: the lock, a job from order to end, and stopping."""

import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from django.conf import settings as project
from django_celery_beat.models import PeriodicTask

import jobs
from core import scope
from jobs import beat, celery_signals, claims, conf, embedded, leases, runner, wake
from jobs.models import Job, Periodic, Status, Worker
from tests.waits import until

pytestmark = pytest.mark.slow

HOLD = """
import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def own_var(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


class TestLock:
    def test_the_second_learns_who_is_first(self, own_var):
        first, second = embedded.UpLock(), embedded.UpLock()
        assert second.note() == {}
        assert first.acquire({"address": "http://localhost:1"})
        assert not second.acquire({})
        assert second.note()["address"] == "http://localhost:1"
        first.release()
        assert second.acquire({"address": "http://localhost:2"})
        second.release()
        second.release()

    def test_a_broken_note_is_no_note(self, own_var):
        (own_var / "up.lock").write_text("[]")
        assert embedded.UpLock().note() == {}

    def test_a_dead_process_holds_nothing(self, own_var):
        argv = [sys.executable, "-c", HOLD, str(own_var / "up.lock")]
        holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert holder.stdout.readline() == b"held\n"
        assert not embedded.UpLock().acquire({})
        holder.kill()
        holder.wait()
        lock = embedded.UpLock()
        assert lock.acquire({})
        lock.release()


@pytest.mark.skipif(not project.EMBEDDED, reason="the workers run inside one process in the embedded mode only")
@pytest.mark.django_db(transaction=True)
class TestWorkers:
    def test_from_order_to_end_and_over_again(self, cast, kind, own_var, settings):
        settings.JOBS_HEARTBEAT_S = 0.2
        PeriodicTask.objects.exclude(task=beat.TASK).delete()
        names = {
            queue: kind(lambda ctx: jobs.Done({"worker": ctx.kind}), queue=queue) for queue in jobs.Queue
        }  # fmt: skip
        left = jobs.enqueue(kind=names[jobs.Queue.DEFAULT], actor=cast.alice_actor)
        assert claims.claim("default").pk == left.pk

        with embedded.workers() as here:
            assert here
            with embedded.workers() as also_here:
                assert not also_here
            ordered = [jobs.enqueue(kind=name, actor=cast.alice_actor) for name in names.values()]
            # What the dead predecessor had claimed is taken over at once, and everything runs.
            until(lambda: Job.objects.filter(status=Status.DONE).count() == len(ordered) + 1)
            until(lambda: Worker.objects.count() == 2)
            shown = {worker.queues: worker.threads for worker in Worker.objects.all()}
            assert shown == {"default,interactive,publish": 4, "media": 1}
            until(lambda: Periodic.objects.filter(name="jobs.tick", finished_at__isnull=False).exists())
        left.refresh_from_db()
        assert left.lost_leases == 1
        assert not Worker.objects.exists()
        runner.stopping.clear()

    def test_an_order_wakes_a_thread_at_once(self, cast, kind, own_var):
        started = []
        name = kind(lambda ctx: started.append(time.monotonic()) or jobs.Done())
        delays = []
        with embedded.workers():
            for number in range(5):
                ordered = time.monotonic()
                jobs.enqueue(kind=name, actor=cast.alice_actor)
                assert until(lambda wanted=number: len(started) > wanted)
                delays.append(started[number] - ordered)
        assert min(delays) < 0.25
        runner.stopping.clear()

    def test_what_another_process_ordered_is_found_by_the_tick(self, cast, kind, own_var):
        name = kind(lambda ctx: jobs.Done())
        with embedded.workers():
            with wake.muted():
                job = jobs.enqueue(kind=name, actor=cast.alice_actor)
            assert until(lambda: Job.objects.filter(pk=job.pk, status=Status.DONE).exists())
        runner.stopping.clear()

    def test_a_running_job_is_handed_back_when_it_stops(self, cast, kind, own_var):
        never = threading.Event()

        def wait(ctx):
            while not never.wait(0.02):
                ctx.check()

        with embedded.workers():
            job = jobs.enqueue(kind=kind(wait), actor=cast.alice_actor)
            until(lambda: Job.objects.filter(pk=job.pk, status=Status.RUNNING).exists())
            stopping = time.monotonic()
        assert time.monotonic() - stopping < 10
        job.refresh_from_db()
        assert (job.status, job.lost_leases, job.lease_token) == (Status.QUEUED, 0, None)
        runner.stopping.clear()

    def test_never_in_production(self, own_var, settings):
        settings.EMBEDDED = False
        with embedded.workers() as here:
            assert not here


@pytest.mark.django_db
class TestCeleryWorker:
    """What a worker process of the production mode does at its start and end."""

    @pytest.fixture
    def consumer(self):
        queues = SimpleNamespace(consume_from={"publish": None, "default": None})
        app = SimpleNamespace(amqp=SimpleNamespace(queues=queues))
        return SimpleNamespace(controller=SimpleNamespace(app=app, hostname="w1@host", concurrency=3))

    @pytest.fixture
    def keeper(self, monkeypatch):
        keeper = leases.Keeper()
        monkeypatch.setattr(keeper, "_ensure_thread", lambda: None)
        monkeypatch.setattr(celery_signals, "keeper", keeper)
        return keeper

    def test_shows_itself_and_leaves(self, cast, consumer, keeper):
        celery_signals.ready(consumer)
        row = Worker.objects.get()
        assert (row.name, row.queues, row.threads) == (f"{leases.worker_name()}/w1", "default,publish", 3)
        celery_signals._gone()
        assert not Worker.objects.exists()

    def test_a_database_that_is_away_does_not_stop_it(self, cast, consumer, keeper, monkeypatch, caplog):
        def fail(*args):
            raise celery_signals.DatabaseError("away")

        monkeypatch.setattr(keeper, "show_workers", fail)
        monkeypatch.setattr(keeper, "withdraw_workers", fail)
        celery_signals.ready(consumer)
        celery_signals._gone()
        assert "could not be written" in caplog.text
        assert "could not be removed" in caplog.text

    def test_asked_to_stop_it_claims_nothing_and_hands_back_after_a_while(self, cast, kind, keeper, settings):
        settings.JOBS_SHUTDOWN_GRACE_S = 3600
        assert conf.shutdown_grace_s() == 3600
        jobs.enqueue(kind=kind(lambda ctx: jobs.Done()), actor=cast.alice_actor)
        job = claims.claim("default")
        try:
            celery_signals._stopping()
            assert runner.stopping.is_set()
        finally:
            runner.stopping.clear()
        with keeper.holding(leases.Lease(job.pk, job.lease_token), background=False), scope.system("tests"):
            celery_signals._hand_back()
        job.refresh_from_db()
        assert (job.status, job.lost_leases) == (Status.QUEUED, 0)
        celery_signals._hand_back()


def test_wake_ups_are_off_again():
    assert wake._workers_here is None
