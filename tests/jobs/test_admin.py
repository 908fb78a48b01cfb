"""The operator console of jobs."""

import pytest

import jobs
from jobs import claims
from jobs.models import Job, Status
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(cast):
    operator = factories.make_user("operator@example.com", is_staff=True, is_superuser=True)
    return factories.sign_in(operator)


@pytest.fixture
def name(kind):
    return kind(lambda ctx: jobs.Done())


class TestJobs:
    def test_the_list_shows_queues_within_a_query_budget(self, cast, console, name, django_assert_max_num_queries):
        for _ in range(12):
            jobs.enqueue(kind=name, actor=cast.alice_actor)
        jobs.enqueue(kind=name, actor=None)
        with django_assert_max_num_queries(14):
            page = console.get("/admin/jobs/job/", {"q": name})
        assert page.status_code == 200
        text = page.content.decode()
        assert "Oldest due for" in text
        assert "13" in text

    def test_states_cannot_be_edited(self, cast, console, name):
        job = jobs.enqueue(kind=name, actor=cast.alice_actor)
        page = console.get(f"/admin/jobs/job/{job.pk}/change/")
        assert page.status_code == 200
        assert 'name="status"' not in page.content.decode()
        console.post(f"/admin/jobs/job/{job.pk}/change/", {"status": "done"})
        job.refresh_from_db()
        assert job.status == Status.QUEUED
        assert console.get("/admin/jobs/job/add/").status_code == 403

    def test_cancel_and_retry_are_the_services(self, cast, console, name):
        ours = jobs.enqueue(kind=name, actor=cast.alice_actor)
        system = jobs.enqueue(kind=name, actor=None)
        chosen = {"_selected_action": [str(ours.pk), str(system.pk)]}
        page = console.post("/admin/jobs/job/", {"action": "cancel_jobs", **chosen}, follow=True)
        assert "2 of the chosen jobs: cancelled." in page.content.decode()
        assert set(Job.objects.values_list("status", flat=True)) == {Status.CANCELLED}
        console.post("/admin/jobs/job/", {"action": "retry_jobs", **chosen})
        assert set(Job.objects.values_list("status", flat=True)) == {Status.QUEUED}
        claims.claim("default")
        page = console.post("/admin/jobs/job/", {"action": "retry_jobs", **chosen}, follow=True)
        assert "Only a failed or cancelled job can be run again." in page.content.decode()


@pytest.mark.parametrize("path", ["periodic", "worker"])
def test_the_other_lists_are_read_only(console, path):
    assert console.get(f"/admin/jobs/{path}/").status_code == 200
    assert console.get(f"/admin/jobs/{path}/add/").status_code == 403
