"""What a handler can do: progress, checkpoints, child processes that die with the lease."""

import os
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from django.db import connection

import jobs
from core import child as children
from jobs import claims, context, events, leases, runner, services
from jobs.models import Job, Status
from jobs.testing import drain

SLEEPER = "import sys, os, time; print('{\"pid\": %d}' % os.getpid(), flush=True); time.sleep(60)"


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(events, "publish_event", lambda **message: messages.append(message))
    return messages


@pytest.mark.django_db
class TestProgress:
    def test_at_most_4_events_a_second_and_a_row_every_5_seconds(self, in_workspace, kind, sent, monkeypatch):
        now = [100.0]
        monkeypatch.setattr(context, "time", SimpleNamespace(monotonic=lambda: now[0]))
        rows = []

        def work(ctx):
            for step in range(160):
                ctx.progress(step / 1.6, "render")
                rows.append(Job.objects.values_list("progress_pct", flat=True).get(pk=ctx.job_id))
                now[0] += 0.0625
            return jobs.Done()

        jobs.enqueue(kind=kind(work), actor=in_workspace.alice_actor)
        drain()
        # 160 reports in 10 s.
        progress = [message for message in sent if message["type"] == "job.progress" and message["topic"] == "job"]
        assert len(progress) == 40
        assert sorted(set(rows)) == [0, 50]

    def test_a_new_stage_is_written_at_once(self, in_workspace, kind):
        seen = []

        def work(ctx):
            for pct, stage in ((1, "probe"), (2, "probe"), (3, "render"), (250, "verify"), (-5, "tidy")):
                ctx.progress(pct, stage)
                seen.append(Job.objects.values_list("stage", "progress_pct").get(pk=ctx.job_id))
            return jobs.Done()

        jobs.enqueue(kind=kind(work), actor=in_workspace.alice_actor)
        drain()
        assert seen == [("probe", 1), ("probe", 1), ("render", 3), ("verify", 100), ("tidy", 0)]

    def test_events_name_the_job_and_its_subject(self, in_workspace, kind, sent):
        def work(ctx):
            ctx.progress(10, "read")
            return jobs.Done()

        name = kind(work)
        subject = ("workspace", in_workspace.workspace.pk)
        job = jobs.enqueue(kind=name, actor=in_workspace.alice_actor, subject=subject)
        drain()
        [own, about] = [message for message in sent if message["type"] == "job.progress"]
        assert (own["topic"], own["id"]) == ("job", str(job.pk))
        assert (about["topic"], about["id"]) == ("workspace", str(in_workspace.workspace.pk))
        assert own["data"] == {
            "job_id": str(job.pk),
            "kind": name,
            "status": "running",
            "pct": 10,
            "stage": "read",
            "subject_type": "workspace",
            "subject_id": str(in_workspace.workspace.pk),
        }
        types = [message["type"] for message in sent if message["topic"] == "job"]
        assert types == ["job.state", "job.progress", "job.done"]
        on_workspace = [message["type"] for message in sent if message["topic"] == "workspace"]
        assert on_workspace == types


@pytest.mark.django_db
class TestChildren:
    def test_lines_arrive(self, in_workspace, kind):
        lines = []

        def work(ctx):
            ctx.run_child([sys.executable, "-c", "print('{\"n\": 1}'); print('noise')"], on_line=lines.append)
            return jobs.Done()

        jobs.enqueue(kind=kind(work), actor=in_workspace.alice_actor)
        assert drain()[0].status == Status.DONE
        assert lines == [{"n": 1}]

    def test_a_failing_child_is_the_handlers_to_explain(self, in_workspace, kind):
        def work(ctx):
            with pytest.raises(children.ChildError) as failed:
                ctx.run_child([sys.executable, "-c", "raise SystemExit(7)"])
            return jobs.Done({"code": failed.value.code})

        jobs.enqueue(kind=kind(work), actor=in_workspace.alice_actor)
        assert drain()[0].result == {"code": 7}

    @pytest.mark.parametrize("how", ["cancel", "steal"])
    def test_the_child_dies_with_the_run(self, in_workspace, kind, how):
        pids = []

        def stop(line):
            pids.append(line["pid"])
            if how == "cancel":
                services.cancel(actor=in_workspace.alice_actor, job_id=Job.objects.get().pk)
            else:
                claims.requeue_running()
            leases.keeper.look()

        def work(ctx):
            ctx.run_child([sys.executable, "-c", SLEEPER], on_line=stop)
            return jobs.Done()

        jobs.enqueue(kind=kind(work), actor=in_workspace.alice_actor)
        started = time.monotonic()
        job = claims.claim("default")
        runner.run(job, background=False)
        assert time.monotonic() - started < 10
        with pytest.raises(ProcessLookupError):
            os.kill(pids[0], 0)
        job.refresh_from_db()
        assert job.status == (Status.CANCELLED if how == "cancel" else Status.QUEUED)


@pytest.mark.django_db(transaction=True)
class TestConnection:
    def test_none_is_held_while_a_child_works(self, cast, kind):
        held = []

        def work(ctx):
            with ctx.without_connection():
                held.append(connection.connection)
                ctx.progress(10, "render")
                held.append(connection.connection)
            return jobs.Done()

        def in_a_thread():
            runner.run(claims.claim("default"), background=False)
            connection.close()

        jobs.enqueue(kind=kind(work), actor=cast.alice_actor)
        thread = threading.Thread(target=in_a_thread)
        thread.start()
        thread.join()
        assert held == [None, None]
        assert Job.objects.get().status == Status.DONE
