"""Waiting for a generation, the person's language, and the gateway's sweeps."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from ai import language, matching, tasks, wait_for_job
from ai.models import ResponseTemplate
from ai.purposes import Purpose
from ai.throttles import GenerateThrottled
from core import clock
from core.actor import Actor
from jobs import services as jobs
from jobs.models import Job, Status
from jobs.registry import handler
from tests.ai.conftest import Ask, Told

pytestmark = pytest.mark.django_db


@handler("tests.ai_wait")
def _never(ctx):
    raise AssertionError("nobody runs this")


class TestWaiting:
    def order(self, cast):
        return jobs.enqueue(kind="tests.ai_wait", actor=cast.bob_actor)

    def test_gives_up_in_time(self, in_workspace):
        job = wait_for_job.wait_for(in_workspace.bob_actor, self.order(in_workspace), seconds=0.15)
        assert job.status == Status.QUEUED

    def test_sees_the_end(self, in_workspace, monkeypatch):
        job = self.order(in_workspace)

        def finish(_seconds):
            Job.objects.filter(pk=job.pk).update(status=Status.DONE, finished_at=clock.now())

        monkeypatch.setattr(wait_for_job, "time", SimpleNamespace(monotonic=time.monotonic, sleep=finish))
        ended = wait_for_job.wait_for(in_workspace.bob_actor, job)
        assert ended.status == Status.DONE


def test_language_is_the_preference(cast):
    assert language.language_of(cast.bob_actor) == "en"
    cast.bob.preferences.language = "fr"
    cast.bob.preferences.save()
    assert language.language_of(cast.bob_actor) == "fr"
    assert language.language_of(Actor.system(cast.workspace.pk)) == "en"


def test_the_sweep(cast, frozen):
    ResponseTemplate.objects.create(
        workspace=cast.workspace, purpose="demo", digest="d", schema_digest="s", expires_at=clock.now() - timedelta(1)
    )
    tasks.remove_expired_templates()
    assert not ResponseTemplate.objects.exists()


def test_nested_requests_are_flattened():
    class Nested(Ask):
        more: dict[str, list[str]] = {}

    purpose = Purpose(name="n", request=Nested, answer=Told, offline=lambda asked: Told(sentence="x"), exact_fields=())
    key = matching.key_of(purpose, Nested(platform="tiktok", idea="Bread", more={"a": ["Butter", "Jam"]}))
    assert key.text == "tiktok bread butter jam"


def test_throttles_follow_the_action():
    class Base:
        def get_throttles(self):
            return ["ordinary"]

    class View(GenerateThrottled, Base):
        generating = ("generate",)

    view = View()
    view.action = "list"
    assert view.get_throttles() == ["ordinary"]
    view.action = "generate"
    assert len(view.get_throttles()) == 2
    Base.get_throttles = lambda self: []
    assert view.get_throttles() == []
