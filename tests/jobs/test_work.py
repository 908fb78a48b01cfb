"""Wake-ups, the working loop, the tick, and periodic actions for which any number of beats may ask."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django_celery_beat.models import PeriodicTask

import jobs
from core import clock
from jobs import beat, claims, dispatcher, leases, periodic_actions, registry, runner, tasks, wake
from jobs.models import Job, Periodic, Status, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def name(kind):
    return kind(lambda ctx: jobs.Done())


@pytest.fixture
def wakes(monkeypatch):
    sent = []
    monkeypatch.setattr(wake, "send", lambda queue, count=1: sent.append((queue, count)))
    return sent


@pytest.fixture
def no_heartbeat(monkeypatch):
    monkeypatch.setattr(leases.keeper, "_ensure_thread", lambda: None)


@pytest.fixture
def action():
    calls = []

    @registry.periodic("test.action", every=timedelta(seconds=10))
    def act() -> None:
        calls.append(clock.now())

    yield calls
    del registry.periodic_actions["test.action"]


@pytest.mark.usefixtures("no_heartbeat")
class TestWork:
    def test_one_wake_up_runs_all_that_is_due(self, cast, name):
        for _ in range(3):
            jobs.enqueue(kind=name, actor=cast.alice_actor)
        assert runner.work("default") == 3
        assert set(Job.objects.values_list("status", flat=True)) == {Status.DONE}
        assert runner.work("default") == 0

    def test_the_most_urgent_queue_of_the_worker_first(self, cast, kind, monkeypatch):
        keeper = leases.Keeper()
        monkeypatch.setattr(keeper, "_ensure_thread", lambda: None)
        monkeypatch.setattr(leases, "keeper", keeper)
        keeper.announce_worker("media", ["media"], 1)
        keeper.announce_worker("rest", ["default", "interactive", "publish"], 4)
        ran = []

        def note(ctx):
            ran.append(Job.objects.get(pk=ctx.job_id).queue)
            return jobs.Done()

        name = kind(note)
        for queue in ("default", "media", "publish", "interactive"):
            jobs.enqueue(kind=name, actor=cast.alice_actor, queue=queue)
        assert runner.work("default") == 3
        assert ran == ["interactive", "publish", "default"]
        assert runner.work("media") == 1

    def test_gives_its_thread_back_when_the_time_is_up(self, cast, name, settings, wakes):
        settings.JOBS_WORK_S = 0
        jobs.enqueue(kind=name, actor=cast.alice_actor)
        assert runner.work("default") == 0
        assert wakes == [("default", 1)]

    def test_a_stopping_worker_claims_nothing(self, cast, name):
        jobs.enqueue(kind=name, actor=cast.alice_actor)
        runner.stopping.set()
        try:
            assert runner.work("default") == 0
        finally:
            runner.stopping.clear()

    def test_a_job_claimed_in_the_moment_of_stopping_is_handed_back(self, cast, name):
        job = jobs.enqueue(kind=name, actor=cast.alice_actor)
        claimed = claims.claim("default")
        runner.stopping.set()
        try:
            runner.run(claimed)
        finally:
            runner.stopping.clear()
        job.refresh_from_db()
        assert (job.status, job.lost_leases, job.lease_token) == (Status.QUEUED, 0, None)

    def test_the_task_needs_no_ids(self, cast, name):
        job = jobs.enqueue(kind=name, actor=cast.alice_actor)
        tasks.work("default")
        job.refresh_from_db()
        assert job.status == Status.DONE

    def test_a_database_that_is_away_within_the_run_is_waited_for_and_counts_as_no_failure(self, cast, kind):
        def fail(ctx):
            raise OperationalError("connection lost")

        job = jobs.enqueue(kind=kind(fail), actor=cast.alice_actor)
        runner.work("default")
        job.refresh_from_db()
        assert (job.status, job.transient_failures, job.error_code) == (Status.WAITING, 0, "database_away")
        assert timedelta(0) < job.run_at - clock.now() <= timedelta(seconds=60)

    def test_a_database_that_fails_at_the_end_leaves_the_lease(self, cast, name, monkeypatch):
        job = jobs.enqueue(kind=name, actor=cast.alice_actor)

        def fail(*args):
            raise OperationalError("connection lost")

        monkeypatch.setattr(runner.transitions, "mark_done", fail)
        monkeypatch.setattr(runner.transitions, "wait_out_outage", fail)
        monkeypatch.setattr(runner.conf, "lease_s", lambda: -1.0)
        runner.work("default")
        job.refresh_from_db()
        assert job.status == Status.RUNNING


class TestWakeUps:
    def test_workers_in_this_process_are_woken_without_a_broker(self, monkeypatch, settings):
        settings.CELERY_BROKER_URL = "memory://localhost"
        monkeypatch.setattr(wake.current_app, "send_task", pytest.fail)
        woken = []
        wake.send("media")
        wake.deliver_here(lambda queue, count: woken.append((queue, count)))
        try:
            wake.send("media", 2)
            with wake.muted():
                wake.send("media")
        finally:
            wake.deliver_here(None)
        assert woken == [("media", 2)]

    def test_a_broker_that_is_down_is_no_error(self, monkeypatch, settings, caplog):
        settings.CELERY_BROKER_URL = "redis://localhost"

        def refuse(*args, **kwargs):
            raise ConnectionError("refused")

        monkeypatch.setattr(wake.current_app, "send_task", refuse)
        wake.send("media")
        assert "The broker cannot be reached" in caplog.text


class TestTick:
    def worker(self, name, queues, threads, age=0):
        seen = clock.now() - timedelta(seconds=age)
        Worker.objects.create(name=name, queues=queues, threads=threads, started_at=seen, seen_at=seen)

    def order(self, cast, kind, queue, count):
        name = kind(lambda ctx: jobs.Done(), queue=queue)
        for _ in range(count):
            jobs.enqueue(kind=name, actor=cast.alice_actor)

    def test_sends_no_more_than_free_threads(self, cast, kind, wakes):
        self.worker("a", "default,interactive,publish", 4)
        self.worker("b", "media", 1)
        self.worker("gone", "media", 8, age=91)
        self.order(cast, kind, "default", 6)
        self.order(cast, kind, "publish", 1)
        self.order(cast, kind, "media", 3)
        claims.claim("default")
        wakes.clear()
        assert dispatcher.dispatch() == {"publish": 1, "default": 2, "media": 1}
        assert sorted(wakes) == [("default", 2), ("media", 1), ("publish", 1)]

    def test_sends_no_more_than_are_due(self, cast, kind, wakes, frozen):
        self.worker("a", "default", 4)
        self.order(cast, kind, "default", 1)
        name = kind(lambda ctx: jobs.Done())
        jobs.enqueue(kind=name, actor=cast.alice_actor, run_at=clock.now() + timedelta(hours=1))
        wakes.clear()
        assert dispatcher.dispatch() == {"default": 1}

    def test_nothing_to_do(self, cast, wakes):
        assert dispatcher.dispatch() == {}
        assert wakes == []

    def test_takes_back_lost_leases(self, cast, name, frozen, wakes):
        job = jobs.enqueue(kind=name, actor=cast.alice_actor)
        claims.claim("default")
        clock.advance(timedelta(seconds=91))
        tasks.tick()
        job.refresh_from_db()
        assert job.status == Status.QUEUED


class TestTurns:
    def test_many_beats_one_run(self, cast, action, frozen):
        assert [periodic_actions.run_if_due("test.action") for _ in range(3)] == [True, False, False]
        clock.advance(timedelta(seconds=5))
        assert not periodic_actions.run_if_due("test.action")
        # A message may come a little early.
        clock.advance(timedelta(seconds=4.2))
        assert periodic_actions.run_if_due("test.action")
        assert len(action) == 2

    def test_a_failure_is_kept_and_the_next_turn_comes(self, cast, frozen, caplog):
        def fail():
            raise KeyError("no such thing")

        registry.periodic("test.failing", every=timedelta(seconds=10))(fail)
        try:
            assert not periodic_actions.run_if_due("test.failing")
            row = Periodic.objects.get(name="test.failing")
            assert row.error_message == "KeyError: 'no such thing'"
            clock.advance(timedelta(seconds=10))
            registry.periodic("test.failing", every=timedelta(seconds=10))(lambda: None)
            assert periodic_actions.run_if_due("test.failing")
        finally:
            del registry.periodic_actions["test.failing"]
        row.refresh_from_db()
        assert row.error_message == ""
        assert row.finished_at == clock.now()

    def test_an_action_that_nobody_offers(self, cast, caplog):
        tasks.run_periodic("nobody.offers")
        assert "no app offers" in caplog.text
        assert not Periodic.objects.filter(name="nobody.offers").exists()


class TestBeatRows:
    def test_a_migrated_database_ticks(self, cast):
        row = PeriodicTask.objects.get(name="jobs.tick")
        assert (row.task, row.args, row.interval.every, row.enabled) == ("jobs.run_periodic", '["jobs.tick"]', 1, True)
        assert PeriodicTask.objects.filter(name="jobs.clean_up", interval__every=3600).exists()

    def test_every_action_has_its_row_and_no_other(self, cast, action):
        PeriodicTask.objects.filter(name="jobs.tick").update(enabled=False)
        stale = PeriodicTask.objects.get(name="jobs.clean_up")
        stale.pk, stale.name = None, "old.action"
        stale.save()
        beat.sync()
        beat.sync()
        names = set(PeriodicTask.objects.filter(task=beat.TASK).values_list("name", flat=True))
        assert names == set(registry.periodic_actions)
        assert not PeriodicTask.objects.get(name="jobs.tick").enabled
        assert PeriodicTask.objects.get(name="test.action").interval.every == 10

    def test_the_periodic_clean_up(self, cast, frozen):
        long_ago = clock.now() - timedelta(seconds=901)
        Worker.objects.create(name="gone", queues="default", threads=1, started_at=long_ago, seen_at=long_ago)
        Worker.objects.create(name="here", queues="default", threads=1, started_at=long_ago, seen_at=clock.now())
        tasks.clean_up()
        assert list(Worker.objects.values_list("name", flat=True)) == ["here"]


@pytest.mark.django_db(transaction=True)
def test_migrations_go_back_and_forth():
    call_command("migrate", "jobs", "zero", verbosity=0)
    assert not PeriodicTask.objects.filter(task=beat.TASK).exists()
    call_command("migrate", "jobs", verbosity=0)
    assert PeriodicTask.objects.filter(name="jobs.tick").exists()


class TestRegistry:
    def test_two_handlers_cannot_share_a_kind(self, kind):
        name = kind(lambda ctx: jobs.Done())

        def other(ctx):
            return jobs.Done()

        with pytest.raises(RuntimeError, match="Two handlers"):
            registry.handler(name)(other)

    def test_the_package_says_what_it_lacks(self):
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            _ = jobs.nothing
