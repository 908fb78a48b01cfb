"""Jobs while the database, the broker or beat is away: nothing ends, nothing counts as a failure, all goes on."""

import itertools
import threading
import time
from datetime import timedelta

import pytest
from celery.beat import SchedulingError
from django.db import OperationalError
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import OperationalError as BrokerError

import jobs
from core import clock, scope
from core.outages import Away, Service
from jobs import beat, claims, embedded, leases, polling, registry, runner, tasks, wake
from jobs.beat_scheduler import Scheduler
from jobs.leases import Keeper
from jobs.models import Job, Periodic, Status, Worker
from jobs.queues import Queue
from tests.waits import until

PATIENCE_S = 30


@pytest.fixture
def name(kind):
    return kind(lambda ctx: jobs.Done())


@pytest.fixture
def no_heartbeat(monkeypatch):
    monkeypatch.setattr(leases.keeper, "_ensure_thread", lambda: None)


@pytest.mark.django_db
@pytest.mark.usefixtures("no_heartbeat")
class TestRuns:
    def test_the_end_of_a_run_waits_for_the_database_and_its_work_counts(self, cast, name, monkeypatch):
        job = jobs.enqueue(kind=name, actor=cast.alice_actor)
        real, tries = runner.transitions.mark_done, []

        def lost_twice(*args):
            tries.append(1)
            if len(tries) < 3:
                raise OperationalError("server closed the connection unexpectedly")
            real(*args)

        monkeypatch.setattr(runner.transitions, "mark_done", lost_twice)
        monkeypatch.setattr(runner, "backoff_s", lambda *args: 0.001)
        runner.work("default")
        job.refresh_from_db()
        assert (job.status, len(tries), job.attempts, job.lost_leases) == (Status.DONE, 3, 1, 0)

    def test_a_run_whose_lease_is_lost_meanwhile_stops_waiting(self, cast, kind, monkeypatch):
        def take_the_lease(ctx):
            for lease in leases.keeper.held():
                lease.lost.set()
            return jobs.Done()

        job = jobs.enqueue(kind=kind(take_the_lease), actor=cast.alice_actor)

        def lost(*args):
            raise OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr(runner.transitions, "mark_done", lost)
        runner.work("default")
        job.refresh_from_db()
        assert job.status == Status.RUNNING

    def test_a_file_store_that_is_away_is_waited_for_as_often_as_it_takes(self, cast, kind, frozen, settings):
        settings.JOBS_RETRY_DELAYS_S = ()
        runs = []

        def read(ctx):
            runs.append(clock.now())
            if len(runs) < 8:
                raise Away(Service.STORAGE)
            return jobs.Done()

        job = jobs.enqueue(kind=kind(read), actor=cast.alice_actor)
        while len(runs) < 8:
            runner.work("default")
            job.refresh_from_db()
            if job.status == Status.WAITING:
                assert job.error_code == "storage_away"
                clock.advance(job.run_at - clock.now())
        assert (job.status, job.transient_failures, job.lost_leases) == (Status.DONE, 0, 0)
        waits = [(after - before).total_seconds() for before, after in itertools.pairwise(runs)]
        assert waits[0] == 5
        assert waits == sorted(waits)
        assert waits[-1] <= 60

    def test_cancelling_a_job_that_waits_for_a_service_works(self, cast, kind):
        def read(ctx):
            Job.objects.filter(pk=ctx.job_id).update(cancel_requested_at=clock.now())
            raise Away(Service.STORAGE)

        job = jobs.enqueue(kind=kind(read), actor=cast.alice_actor)
        runner.work("default")
        job.refresh_from_db()
        assert job.status == Status.CANCELLED

    def test_progress_that_cannot_be_written_ends_nothing(self, cast, kind, monkeypatch):
        def work(ctx):
            def lost(**fields):
                raise OperationalError("away")

            monkeypatch.setattr(ctx, "_write", lost)
            ctx.progress(50, "half")
            return jobs.Done()

        job = jobs.enqueue(kind=kind(work), actor=cast.alice_actor)
        runner.work("default")
        job.refresh_from_db()
        assert job.status == Status.DONE

    def test_messages_during_an_outage_leave_one_line_each_and_no_failed_task(self, monkeypatch, caplog):
        def lost(*args):
            raise OperationalError("away")

        monkeypatch.setattr(runner, "work", lost)
        monkeypatch.setattr("jobs.periodic_actions.run_if_due", lost)
        tasks.work("default")
        tasks.run_periodic("jobs.tick")
        assert caplog.text.count("Not now: away") == 2
        assert "Traceback" not in caplog.text


@pytest.mark.django_db(transaction=True)
class TestHeartbeat:
    def test_whatever_it_meets_it_goes_on_and_renews_at_once_afterwards(self, cast, name, monkeypatch, settings):
        """The driver's own errors once ended it for good, and with it every job of the process."""
        settings.JOBS_HEARTBEAT_S = settings.JOBS_CANCEL_POLL_S = 0.01
        keeper, failures, renewed = Keeper(), [], threading.Event()

        def fail_then_work():
            failures.append(1)
            if len(failures) == 1:
                raise RuntimeError("an error of the driver, not of Django")
            renewed.set()

        monkeypatch.setattr(keeper, "renew", fail_then_work)
        jobs.enqueue(kind=name, actor=cast.alice_actor)
        job = claims.claim("default")
        with keeper.holding(leases.Lease(job.pk, job.lease_token)):
            assert renewed.wait(PATIENCE_S)
        keeper.stop()

    def test_a_worker_that_starts_during_an_outage_shows_itself_afterwards(self, cast, monkeypatch, settings):
        settings.JOBS_HEARTBEAT_S = settings.JOBS_CANCEL_POLL_S = 0.01
        keeper = Keeper()
        real, tries = keeper.show_workers, []

        def lost_first():
            tries.append(1)
            if len(tries) == 1:
                raise OperationalError("away")
            real()

        monkeypatch.setattr(keeper, "show_workers", lost_first)
        with pytest.raises(OperationalError):
            keeper.announce_worker("here/rest", ["default"], 2)
        until(Worker.objects.filter(name="here/rest").exists, "the worker to be shown")
        keeper.stop()


@pytest.mark.django_db
@pytest.mark.usefixtures("no_heartbeat")
class TestPolling:
    """Without broker or beat a worker finds what is late by itself."""

    @pytest.fixture(autouse=True)
    def _worker(self, monkeypatch, cast):
        keeper = Keeper()
        monkeypatch.setattr(keeper, "_ensure_thread", lambda: None)
        monkeypatch.setattr(leases, "keeper", keeper)
        monkeypatch.setattr(polling, "keeper", keeper)
        keeper.announce_worker("here/rest", ["default", "publish"], 2)
        keeper.announce_worker("here/media", ["media"], 1)
        # In this thread: it holds the test's transaction.
        monkeypatch.setattr(polling, "_start", lambda queue: bool(runner.work(queue)))
        with scope.system("tests"):
            Periodic.objects.all().delete()

    def test_a_late_job_is_run_and_one_that_is_just_due_is_left_to_its_wake_up(self, cast, name, frozen):
        job = jobs.enqueue(kind=name, actor=cast.alice_actor)
        assert polling.look() == 0
        clock.advance(timedelta(seconds=6))
        assert polling.look() == 1
        job.refresh_from_db()
        assert job.status == Status.DONE

    def test_a_late_periodic_action_is_run_and_lost_jobs_are_taken_back(self, cast, name, frozen):
        ran = []

        @registry.periodic("test.late", every=timedelta(seconds=10))
        def act() -> None:
            ran.append(clock.now())

        try:
            with scope.system("tests"):
                PeriodicTask.objects.all().delete()
            beat.sync()
            PeriodicTask.objects.exclude(name="test.late").update(enabled=False)
            jobs.enqueue(kind=name, actor=cast.alice_actor)
            lost = claims.claim("default")
            for action in ("test.late", registry.TICK):
                Periodic.objects.create(name=action, due_at=clock.now(), started_at=clock.now())
            clock.advance(timedelta(seconds=100))
            polling.look()
        finally:
            del registry.periodic_actions["test.late"]
        assert ran == [clock.now()]
        lost.refresh_from_db()
        assert lost.lost_leases == 1
        # An action that operators switched off stays off, and the tick's row says to them that beat is silent.
        assert Periodic.objects.get(name=registry.TICK).started_at < clock.now()

    def test_no_more_threads_than_the_worker_has_free(self, cast, name):
        keeper = polling.keeper
        held = [jobs.enqueue(kind=name, actor=cast.alice_actor, queue="media")]
        claimed = [claims.claim("media") for _ in held]
        assert keeper.queues_with_room({"default", "media"}) == ["default", "default", "media"]
        lease = leases.Lease(claimed[0].pk, claimed[0].lease_token, "media")
        with keeper.holding(lease, background=False):
            assert keeper.queues_with_room({"default", "media"}) == ["default", "default"]
            assert keeper.queues_with_room({"media"}) == []

    def test_a_worker_that_stops_looks_for_nothing(self, cast, name, frozen):
        jobs.enqueue(kind=name, actor=cast.alice_actor)
        clock.advance(timedelta(seconds=6))
        runner.stopping.set()
        try:
            assert polling.look() == 0
        finally:
            runner.stopping.clear()


@pytest.mark.django_db(transaction=True)
class TestBeat:
    @pytest.fixture
    def scheduler(self, transactional_db, monkeypatch):
        from config.celery import app

        beat.sync()
        scheduler = Scheduler(app=app)
        monkeypatch.setattr(Scheduler, "producer", None)
        yield scheduler
        # The library writes its entries once more when the process ends: after the test database is gone.
        scheduler._finalize.cancel()

    def test_an_outage_of_the_database_ends_no_tick_and_everything_is_read_again(self, scheduler, monkeypatch):
        with monkeypatch.context() as patched:

            def lost(*args, **kwargs):
                raise RuntimeError("an error of the driver, not of Django")

            patched.setattr(Scheduler, "all_as_schedule", lost)
            scheduler._initial_read = True
            scheduler._schedule = None
            pauses = [scheduler.tick() for _ in range(4)]
        assert pauses == sorted(pauses)
        assert pauses[0] > 0
        assert pauses[-1] <= 5
        monkeypatch.setattr(scheduler, "apply_async", lambda *args, **kwargs: None)
        scheduler.tick()
        assert set(registry.periodic_actions) <= set(scheduler.schedule)
        assert scheduler._failures == 0

    def test_a_broker_that_is_away_loses_no_entry(self, scheduler, monkeypatch):
        sent = []

        def send(entry, **kwargs):
            if not sent:
                sent.append(None)
                try:
                    raise BrokerError("refused")
                except BrokerError as error:
                    # As Celery does.
                    raise SchedulingError(str(error))  # noqa: B904
            sent.append(entry.name)

        monkeypatch.setattr(scheduler, "apply_async", send)
        clock_of_entries = clock.now() - timedelta(days=2)
        for entry in scheduler.schedule.values():
            entry.last_run_at = clock_of_entries
        assert scheduler.tick() >= 1
        for entry in scheduler.schedule.values():
            entry.last_run_at = clock_of_entries
        for _ in range(len(scheduler.schedule) + 2):
            scheduler.tick()
        assert set(registry.periodic_actions) <= set(sent[1:])

    def test_one_entry_that_cannot_be_sent_stops_no_other(self, scheduler, monkeypatch, caplog):
        def refuse(entry, **kwargs):
            raise TypeError("cannot be written as JSON")

        monkeypatch.setattr(scheduler, "apply_async", refuse)
        entry = next(iter(scheduler.schedule.values()))
        scheduler.apply_entry(entry)
        assert f"The message for {entry.name} could not be sent." in caplog.text


class TestThreads:
    def test_an_embedded_worker_survives_what_a_wake_up_raises(self, monkeypatch):
        answered, second = [], threading.Event()

        def answer(queue):
            answered.append(queue)
            if len(answered) == 1:
                raise RuntimeError("a bug")
            second.set()

        monkeypatch.setattr(embedded.runner, "answer_wake_up", answer)
        monkeypatch.setattr(embedded.keeper, "announce_worker", lambda *args: None)
        worker = embedded.WorkerThreads("media", 1, [Queue.MEDIA])
        worker.start()
        try:
            worker.wake("media", 1)
            until(lambda: answered, "the first wake-up to be answered")
            worker.wake("media", 3)
            assert second.wait(PATIENCE_S)
        finally:
            worker.stop()
            worker.join(time.monotonic() + PATIENCE_S)
        assert not any(loop.alive for loop in worker._loops)

    def test_a_broker_that_is_away_is_asked_once_and_then_left_alone(self, monkeypatch, settings):
        settings.CELERY_BROKER_URL = "redis://localhost"
        asked = []

        def refuse(*args, **kwargs):
            asked.append(1)
            raise BrokerError("refused")

        monkeypatch.setattr(wake.current_app, "send_task", refuse)
        for _ in range(5):
            wake.send("media")
        assert len(asked) == 1
