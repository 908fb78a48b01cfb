"""Alarms: a post that does not start, a silent worker or beat; told once, to operators only, until it is over."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from core import clock, scope
from flows import health, monitoring
from jobs.models import Alarm, Job, Periodic, Worker
from publishing.models import PostTarget, SocialAccount
from publishing.services import posts
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet_house(frozen: None, settings: Any) -> None:
    """A frozen clock, a living worker and a beat that has just knocked."""
    settings.OPERATOR_EMAILS = ["operator@example.com"]
    with scope.system("tests"):
        Worker.objects.create(
            name="here:1", queues="default,interactive,media,publish", threads=4, started_at=clock.now(),
            seen_at=clock.now(),
        )  # fmt: skip
        Periodic.objects.update_or_create(name="jobs.tick", defaults={"due_at": clock.now(), "started_at": clock.now()})


def alive() -> None:
    """Worker and beat speak now."""
    with scope.system("tests"):
        Worker.objects.update(seen_at=clock.now())
        Periodic.objects.update(started_at=clock.now())


@pytest.fixture
def planned(in_workspace: Any) -> PostTarget:
    """A post that is due in a minute."""
    account = SocialAccount.objects.create(
        workspace=in_workspace.workspace, platform="tiktok", external_id="x", connected_at=clock.now()
    )
    post = posts.create_post(
        actor=in_workspace.alice_actor,
        text="Secret words",
        media_ids=[factories.make_media(in_workspace.workspace).pk],
        targets=[posts.TargetInput(account.pk)],
    )
    PostTarget.objects.filter(post=post).update(state="scheduled", due_at=clock.now() + timedelta(minutes=1))
    return PostTarget.objects.get(post=post)


def open_names() -> list[str]:
    with scope.system("tests"):
        return list(Alarm.objects.filter(ended_at=None).order_by("name").values_list("name", flat=True))


class TestPosts:
    def test_due_and_not_started_for_two_minutes_is_told_once_and_again_when_it_is_over(
        self, planned: PostTarget
    ) -> None:
        clock.advance(timedelta(minutes=2, seconds=50))
        alive()
        assert list(monitoring.watch()) == []
        clock.advance(timedelta(seconds=20))
        alive()
        assert [alarm.name for alarm in monitoring.watch()] == ["publishing.late"]
        monitoring.watch()
        assert [message.to for message in mail.outbox] == [["operator@example.com"]]
        assert "1 post is due and has not started" in mail.outbox[0].body
        assert "Secret words" not in mail.outbox[0].body
        PostTarget.objects.filter(pk=planned.pk).update(state="preparing", started_at=clock.now())
        monitoring.watch()
        assert open_names() == []
        assert mail.outbox[1].subject == "Over: 1 alarm"

    def test_queued_without_a_first_step_counts_too(self, planned: PostTarget) -> None:
        PostTarget.objects.filter(pk=planned.pk).update(state="queued", queued_at=clock.now())
        clock.advance(timedelta(minutes=3))
        alive()
        monitoring.watch()
        assert open_names() == ["publishing.late"]

    def test_a_mail_that_does_not_go_out_is_tried_again(
        self, planned: PostTarget, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock.advance(timedelta(minutes=4))
        alive()
        with monkeypatch.context() as patched:

            def refuse(*_: Any, **__: Any) -> int:
                raise ConnectionRefusedError

            patched.setattr("django.core.mail.EmailMessage.send", refuse)
            monitoring.watch()
        assert mail.outbox == []
        monitoring.watch()
        assert len(mail.outbox) == 1


class TestWorkers:
    def test_a_silent_worker_is_named_and_one_that_left_is_not(self) -> None:
        with scope.system("tests"):
            Worker.objects.create(
                name="gone:2", queues="publish", threads=4, started_at=clock.now(), seen_at=clock.now()
            )
        clock.advance(timedelta(seconds=100))
        with scope.system("tests"):
            Worker.objects.filter(name="here:1").update(seen_at=clock.now())
            Periodic.objects.update(started_at=clock.now())
        monitoring.watch()
        assert open_names() == ["worker.silent:gone:2"]
        with scope.system("tests"):
            Worker.objects.filter(name="gone:2").delete()
        monitoring.watch()
        assert open_names() == []

    def test_a_queue_that_nobody_serves_and_a_silent_beat(self, in_workspace: Any) -> None:
        import jobs

        jobs.enqueue(kind="publish.renew", actor=in_workspace.alice_actor)
        with scope.system("tests"):
            Worker.objects.all().delete()
        clock.advance(timedelta(minutes=3))
        monitoring.watch()
        assert open_names() == ["beat.silent", "queue.unserved:publish"]
        with scope.system("tests"):
            assert Job.objects.count() == 1


class TestHealth:
    def test_strangers_learn_one_word_for_each_area_and_operators_the_details(
        self, client: Any, planned: PostTarget, cast: Any
    ) -> None:
        clock.advance(timedelta(minutes=5))
        alive()
        body = client.get("/health").json()
        assert (body["status"], body["checks"]["publishing"], body["checks"]["workers"]) == (
            "degraded",
            "degraded",
            "ok",
        )
        assert set(body) == {"status", "timestamp", "checks"}
        cast.alice.is_staff = cast.alice.is_superuser = True
        cast.alice.save()
        client = cast.browsers.alice
        details = client.get("/health").json()["details"]
        assert details["conditions"][0]["count"] == 1
        assert client.get(reverse("admin:jobs_alarm_changelist")).status_code == 200

    def test_ready_needs_what_requests_stand_on_and_alive_only_the_database(
        self, client: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert client.get("/health/ready").status_code == 200

        def broken() -> None:
            raise OSError("secret-host refused")

        monkeypatch.setitem(health._PROBES, "storage", broken)
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["checks"]["storage"]) == (503, "unreachable")
        assert b"secret-host" not in answer.content
        assert client.get("/health").status_code == 200
        monkeypatch.setitem(health._PROBES, "database", broken)
        answer = client.get("/health")
        assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")


def test_without_addresses_the_superusers_are_written_to(settings: Any, planned: PostTarget, cast: Any) -> None:
    settings.OPERATOR_EMAILS = []
    cast.bob.is_superuser = True
    cast.bob.save()
    clock.advance(timedelta(minutes=5))
    alive()
    monitoring.watch()
    assert mail.outbox[0].to == ["bob@example.com"]
