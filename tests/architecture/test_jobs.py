"""Every kind of job ends well when its subject is gone, and has its effect once though it runs twice."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.db import models, transaction

from ai.models import LedgerEntry
from core import scope
from jobs import Again, enqueue
from jobs.models import ENDED, Job, Status
from jobs.registry import kinds
from jobs.testing import drain
from publishing.models import Attempt, PlatformClock, QuotaWindow, RateSlot
from tests.architecture.job_subjects import SUBJECTS, World
from tests.publishing.conftest import box, connect, make_post, publish, sandbox_server  # noqa: F401 - fixtures
from tests.publishing.test_converting import avi_file
from tests.webhooks.conftest import receiver  # noqa: F401 - a fixture
from webhooks.models import WebhookAttempt

pytestmark = pytest.mark.django_db
KINDS = sorted(name for name in kinds if not name.startswith("test"))
# They start a child process and open a file; the others take moments.
SLOW = {
    "videos.process", "patterns.analyse", "patterns.meaning", "editing.render", "editing.preview", "media.thumbnail",
    "publish.convert",
}  # fmt: skip
# Fields that name one row or one run.
NAMES = ("key", "token", "sealed", "hash", "once", "external", "permalink")
IDS = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+")
# Receipts of calls, what the calls cost and what they told of a clock: a second run calls again, and says so.
RECEIPTS = {LedgerEntry, Attempt, RateSlot, QuotaWindow, PlatformClock, WebhookAttempt}


def test_every_kind_has_a_subject():
    assert set(SUBJECTS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_subject_ends_quietly_twice(kind, cast, frozen):
    for _ in range(2):
        with transaction.atomic():
            job = enqueue(kind=kind, actor=cast.alice_actor, subject=("gone", uuid4()))
        drain(limit=50)
        job = Job.objects.get(pk=job.pk)
        assert job.status in (Status.DONE, Status.FAILED), job.status
        if job.status == Status.FAILED:
            assert job.error_code not in ("", "internal_error", "crashed"), job.error_message
            assert job.error_message


@pytest.fixture
def world(box, connect, make_post, publish, in_workspace, tmp_path, receiver) -> World:  # noqa: F811 - the fixtures
    avi = lambda: avi_file(in_workspace.workspace, tmp_path)  # noqa: E731
    return World(in_workspace, box, connect, make_post, publish, avi, receiver.url)


def values_of(row: models.Model) -> tuple[Any, ...]:
    """What a row says, without what names this one row, this one run or this one moment."""
    kept = []
    for field in row._meta.concrete_fields:
        odd = isinstance(field, models.ForeignKey | models.UUIDField | models.DateTimeField | models.JSONField)
        if not (field.primary_key or odd or any(word in field.name for word in NAMES)):
            kept.append((field.name, IDS.sub("…", str(getattr(row, field.attname)))))
    return (row._meta.label, *kept)


def effects(world: World) -> Counter[Any]:
    """All rows but jobs and receipts, the mails that went out, and the posts on the imitated platforms."""
    found: Counter[Any] = Counter()
    with scope.system("tests look at everything"):
        for model in apps.get_models():
            ours = model._meta.app_config.name in settings.HOUSE and model._meta.app_label != "jobs"
            if ours and model not in RECEIPTS:
                found.update(values_of(row) for row in model._base_manager.all())
    found.update(("mail", message.subject, *message.to) for message in mail.outbox)
    found.update(("post", row["platform"]) for row in world.box.control("posts")["posts"])
    return found


def run(kind: str, world: World, monkeypatch: pytest.MonkeyPatch, *, lost: bool) -> Counter[Any]:
    """The effects of one job, whose first run may be lost: it did its work, and its worker died before it said so."""
    world.box.control("reset", {})
    mail.outbox.clear()
    ran: list[object] = []
    real = kinds[kind]

    def function(ctx: Any) -> Any:
        outcome = real.function(ctx)
        if ctx.job_id != job.pk:
            return outcome
        ran.append(outcome)
        return Again(timedelta(0)) if lost and len(ran) == 1 else outcome

    with transaction.atomic(), monkeypatch.context() as patch:
        job = SUBJECTS[kind](world)
        patch.setitem(kinds, kind, replace(real, function=function))
        while job.status not in ENDED:
            assert drain(advance=True, kind=kind), "Nothing is left to run."
            with scope.system("tests look at the job"):
                job.refresh_from_db()
        assert len(ran) > lost
        assert job.status == Status.DONE, job.error_message
        found = effects(world)
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.slow if kind in SLOW else ()) for kind in KINDS])
def test_a_run_that_was_lost_and_repeated_has_its_effect_once(
    kind: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = run(kind, world, monkeypatch, lost=False)
    twice = run(kind, world, monkeypatch, lost=True)
    assert twice == once
