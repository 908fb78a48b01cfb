"""On every platform, posts parked on a connection that ended or was given back go out once it is made again."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from jobs.testing import drain
from publishing.engine import grants
from publishing.models import Grant, GrantState, PostTarget, SocialAccount
from publishing.platforms.errors import PlatformError
from publishing.platforms.registry import ADAPTERS
from publishing.services import schedule, social_accounts
from tests.publishing.conftest import PEOPLE

pytestmark = pytest.mark.slow

CONSENTED = sorted(name for name in ADAPTERS if (name, "") in PEOPLE)


@pytest.mark.parametrize("platform", CONSENTED)
def test_after_the_platform_ended_the_consent(platform: str, box: Any, connect: Any, publish: Any) -> None:
    account = connect(platform)
    box.fault("token_revoked", platform=platform, step="*")
    target = publish(account)
    assert (target.state, target.error_code) == ("action_required", "auth_expired")
    assert SocialAccount.objects.get().status in ("expired", "error")
    assert not box.live(platform)
    box.http.delete(f"{box.base}/_control/faults")
    assert connect(platform).pk == account.pk
    drain(advance=True)
    target.refresh_from_db()
    assert (target.state, SocialAccount.objects.get().status) == ("published", "connected")
    assert len(box.live(platform)) == 1


@pytest.mark.parametrize("platform", CONSENTED)
def test_after_we_gave_it_back(platform: str, box: Any, connect: Any, make_post: Any, in_workspace: Any) -> None:
    account, actor = connect(platform), in_workspace.alice_actor
    post = make_post(account)
    schedule.publish_now(actor=actor, post_id=post.pk)
    social_accounts.disconnect(actor=actor, account_id=account.pk, confirmed=True)
    drain(advance=True)
    target = PostTarget.objects.get(post=post)
    assert (target.state, target.error_code) == ("action_required", "auth_expired")
    assert not box.live(platform)
    connect(platform)
    drain(advance=True)
    target.refresh_from_db()
    assert target.state == "published"
    assert len(box.live(platform)) == 1


def test_reconnecting_while_a_run_is_about_to_park_the_post(
    box: Any, connect: Any, make_post: Any, in_workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = connect("twitter")
    post = make_post(account)
    Grant.objects.update(state=GrantState.DEAD)
    refused = grants.usable
    reconnected = []

    def refuse_too_late(grant: Grant, **more: Any) -> Grant:
        try:
            return refused(grant, **more)
        except PlatformError:
            # The person is quicker than the run that has just found the consent gone.
            clock.advance(timedelta(seconds=1))
            reconnected.append(connect("twitter").pk)
            raise

    monkeypatch.setattr(grants, "usable", refuse_too_late)
    schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
    drain(advance=True)
    assert reconnected == [account.pk]
    assert PostTarget.objects.get(post=post).state == "published"
