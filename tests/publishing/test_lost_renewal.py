"""A renewal whose answer never came, on a platform that replaces the refresh token: a true state, and no loop."""

import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError

from core import clock, outages
from jobs.testing import drain
from publishing.engine import grants
from publishing.models import Grant, PostTarget
from publishing.services import schedule

STEP = "oauth.token"


@pytest.fixture
def ordered(box: Any, connect: Any, make_post: Any, in_workspace: Any) -> PostTarget:
    """A post in the queue whose account's token has just ended."""
    post = make_post(connect("tiktok"))
    schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
    Grant.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    return PostTarget.objects.get(post=post)


def renewals(box: Any) -> int:
    return len([row for row in box.calls("tiktok", STEP)])


@pytest.mark.parametrize("kind", ["reset_after", "error_after"])
def test_the_lost_token_is_found_out_by_one_more_try_and_the_person_is_asked(
    box: Any, connect: Any, ordered: PostTarget, kind: str
) -> None:
    before = renewals(box)
    box.fault(kind, platform="tiktok", step=STEP)
    drain()
    ordered.refresh_from_db()
    assert (ordered.state, ordered.wait_reason, ordered.committed) == ("waiting", "retry", False)
    assert Grant.objects.get().state == "active"
    drain(advance=True)
    ordered.refresh_from_db()
    assert (ordered.state, ordered.error_code) == ("action_required", "auth_expired")
    assert Grant.objects.get().state == "dead"
    assert renewals(box) == before + 2
    assert box.live("tiktok") == []
    connect("tiktok")
    drain(advance=True)
    ordered.refresh_from_db()
    assert ordered.state == "published"
    assert len(box.live("tiktok")) == 1


@pytest.mark.parametrize("kind", ["reset_before", "error_before"])
def test_a_renewal_that_never_arrived_heals_by_itself(box: Any, ordered: PostTarget, kind: str) -> None:
    box.fault(kind, platform="tiktok", step=STEP, times=2)
    drain(advance=True)
    ordered.refresh_from_db()
    assert ordered.state == "published"
    assert Grant.objects.get().state == "active"


def test_a_refused_token_that_somebody_replaced_meanwhile_kills_no_consent(
    box: Any, ordered: PostTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two refusals in a row, the second for a token that another run renewed while it was presented."""
    from publishing.engine import grants
    from publishing.engine.run import Run

    real, read = Run.grant, 0

    def grant(self: Run) -> Grant:
        nonlocal read
        read += 1
        found = real(self)
        if read == 2:
            grants.renew(found)
        return found

    monkeypatch.setattr(Run, "grant", grant)
    box.fault("token_expired", platform="tiktok", step="creator_info", times=2)
    drain(advance=True)
    ordered.refresh_from_db()
    assert (ordered.state, Grant.objects.get().state) == ("published", "active")


def test_a_renewed_token_outlives_a_database_that_is_away_when_it_comes(
    box: Any, ordered: PostTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform has replaced the old one already: lost here, the consent would be dead."""
    real, tries = grants._keep, []

    def lost_first(*args: Any) -> Grant:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return real(*args)

    monkeypatch.setattr(grants, "_keep", lost_first)
    monkeypatch.setattr(outages, "time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: None))
    before = renewals(box)
    drain(advance=True)
    ordered.refresh_from_db()
    assert ordered.state == "published"
    assert renewals(box) == before + 1
