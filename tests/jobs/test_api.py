"""The API of jobs: the workspace's own, and nobody else's."""

from datetime import timedelta

import pytest
from django.test import Client

import jobs
from core.errors import Conflict
from jobs import claims, selectors
from jobs.models import Job
from jobs.testing import drain
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(cast):
    return factories.sign_in


@pytest.fixture
def names(kind):
    def fail(ctx):
        raise Conflict("no_disk", "The disk is full.")

    return {"good": kind(lambda ctx: jobs.Done({"n": 1})), "bad": kind(fail)}


class TestList:
    def test_newest_first_with_filters(self, cast, names, browser):
        first = jobs.enqueue(kind=names["good"], actor=cast.alice_actor)
        second = jobs.enqueue(kind=names["bad"], actor=cast.alice_actor)
        jobs.enqueue(kind=names["good"], actor=cast.charlie_actor)
        jobs.enqueue(kind=names["good"], actor=None)
        drain()
        client = browser(cast.victor)
        body = client.get("/api/v1/jobs").json()
        assert (body["total"], [item["id"] for item in body["items"]]) == (2, [str(second.pk), str(first.pk)])
        by_kind = client.get("/api/v1/jobs", {"kind": names["good"]}).json()
        assert [item["id"] for item in by_kind["items"]] == [str(first.pk)]
        by_status = client.get("/api/v1/jobs", {"status": "failed"}).json()
        assert [item["id"] for item in by_status["items"]] == [str(second.pk)]

    def test_an_unknown_status_is_an_error(self, cast, browser):
        answer = browser(cast.alice).get("/api/v1/jobs", {"status": "sleeping"})
        assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")

    def test_visitors_are_refused(self, db):
        assert Client().get("/api/v1/jobs").status_code == 401


class TestDetail:
    def test_shape(self, cast, names, browser):
        subject = ("workspace", cast.workspace.pk)
        job = jobs.enqueue(kind=names["bad"], actor=cast.alice_actor, subject=subject)
        drain()
        body = browser(cast.alice).get(f"/api/v1/jobs/{job.pk}").json()
        instants = {name: body.pop(name) for name in ("run_at", "created_at", "started_at", "finished_at")}
        assert all(value.endswith("Z") for value in instants.values())
        assert body == {
            "id": str(job.pk),
            "kind": names["bad"],
            "status": "failed",
            "stage": "",
            "progress_pct": 0,
            "subject": {"type": "workspace", "id": str(cast.workspace.pk)},
            "result": {},
            "error": {"code": "no_disk", "message": "The disk is full."},
            "attempts": 1,
            "cancel_requested": False,
        }

    @pytest.mark.parametrize("path", ["", "/cancel", "/retry"])
    def test_a_strangers_job_does_not_exist(self, cast, names, browser, path):
        job = jobs.enqueue(kind=names["good"], actor=cast.alice_actor)
        client = browser(cast.charlie)
        answer = client.post(f"/api/v1/jobs/{job.pk}{path}") if path else client.get(f"/api/v1/jobs/{job.pk}")
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
        job.refresh_from_db()
        assert job.status == "queued"


class TestActions:
    def test_cancel_and_retry(self, cast, names, browser):
        job = jobs.enqueue(kind=names["good"], actor=cast.alice_actor)
        client = browser(cast.bob)
        assert client.post(f"/api/v1/jobs/{job.pk}/cancel").json()["status"] == "cancelled"
        refused = client.post(f"/api/v1/jobs/{job.pk}/cancel")
        assert (refused.status_code, refused.json()["details"]["code"]) == (409, "job_not_cancellable")
        again = client.post(f"/api/v1/jobs/{job.pk}/retry")
        assert (again.status_code, again.json()["status"], again.json()["error"]) == (202, "queued", None)

    def test_a_running_job_says_that_it_is_being_cancelled(self, cast, names, browser):
        job = jobs.enqueue(kind=names["good"], actor=cast.alice_actor)
        claims.claim("default")
        body = browser(cast.bob).post(f"/api/v1/jobs/{job.pk}/cancel").json()
        assert (body["status"], body["cancel_requested"]) == ("running", True)

    def test_viewers_may_not(self, cast, names, browser):
        job = jobs.enqueue(kind=names["good"], actor=cast.alice_actor)
        answer = browser(cast.victor).post(f"/api/v1/jobs/{job.pk}/cancel")
        assert answer.status_code == 403
        job.refresh_from_db()
        assert job.status == "queued"


class TestSelectors:
    def test_the_newest_unfinished_job_about_a_thing(self, cast, names):
        key = cast.workspace.pk
        first, newest = (
            jobs.enqueue(kind=names["good"], actor=cast.alice_actor, subject=("workspace", key)) for _ in range(2)
        )
        jobs.enqueue(kind=names["good"], actor=cast.alice_actor)
        assert selectors.unfinished_about(cast.alice_actor, "workspace", [key]) == {key: newest}
        assert selectors.unfinished_about(cast.charlie_actor, "workspace", [key]) == {}
        Job.objects.filter(pk=newest.pk).update(status="done")
        assert selectors.unfinished_about(cast.alice_actor, "workspace", [key]) == {key: first}

    def test_queues(self, cast, kind, frozen):
        from core import clock

        name = kind(lambda ctx: jobs.Again(timedelta(hours=1)))
        for _ in range(3):
            jobs.enqueue(kind=name, actor=cast.alice_actor)
        clock.advance(timedelta(seconds=30))
        claims.claim("default")
        Job.objects.filter(status="queued").order_by("id").first()
        state = {queue.queue: queue for queue in selectors.queues()}
        assert set(state) == {"interactive", "default", "publish", "media"}
        found = state["default"]
        assert (found.due, found.running, found.waiting, found.failed, found.late_s) == (2, 1, 0, 0, 30.0)
        assert state["media"].due == 0
