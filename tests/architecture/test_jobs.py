"""Every job kind ends well when its subject is gone, and running it twice changes nothing more."""

from uuid import uuid4

import pytest
from django.db import transaction

from jobs import enqueue
from jobs.models import Job, Status
from jobs.registry import kinds
from jobs.testing import drain

pytestmark = pytest.mark.django_db
KINDS = sorted(name for name in kinds if not name.startswith("test"))


def test_there_are_kinds():
    assert {"videos.process", "editing.render", "analytics.fetch"} <= set(KINDS)


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
