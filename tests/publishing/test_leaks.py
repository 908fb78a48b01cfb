"""After a full run on every platform no secret stands in the clear anywhere. What looks for it is shown to find it."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core import clock
from jobs.models import Job
from jobs.testing import drain
from notifications.models import Mail
from publishing.engine import housekeeping
from publishing.models import Attempt, Grant, PostTarget, SocialAccount
from publishing.platforms.registry import ADAPTERS
from publishing.services import connections, metrics, social_accounts, targets
from tests import factories
from tests.publishing import leaks
from tests.publishing.conftest import PEOPLE

# A run talks to a platform a hundred times and then reads every page, row and log line.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def log() -> Iterator[leaks.Log]:
    handler = leaks.Log()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def secrets(box: Any, monkeypatch: pytest.MonkeyPatch) -> leaks.Secrets:
    return leaks.Secrets(monkeypatch)


@pytest.fixture
def browser(in_workspace: Any) -> Client:
    """Alice, who is an operator too."""
    alice = in_workspace.alice
    alice.is_staff = alice.is_superuser = True
    alice.email_verified_at = clock.now()
    alice.save()
    return factories.sign_in(alice, Client(raise_request_exception=False))


def walk(platform: str, box: Any, browser: Client) -> list[tuple[str, str]]:
    """Connect through the browser's doors, then send the same code again, then a forged one."""
    away = browser.post(reverse("connection_start", args=[platform]))
    query = box.allow(away.url, PEOPLE[platform, ""])
    seen = []
    for attempt in (query, query, {**query, "state": "forged"}):
        back = browser.get(f"/api/v1/oauth/{platform}/callback", attempt)
        page = browser.get(back.url)
        seen += [
            ("callback", repr(back.headers) + back.content.decode()),
            ("page after callback", page.content.decode()),
        ]
    return seen


def everywhere(
    secrets: leaks.Secrets, log: leaks.Log, browser: Client, seen: list[tuple[str, str]], ids: dict[str, object]
) -> list[str]:
    """Every place at which a secret was found."""
    places = [*seen, *leaks.tables(), *leaks.console(browser), *leaks.doors(browser, ids)]
    places += [("log", line) for line in log.lines]
    return [hit for where, text in places for hit in secrets.look(where, text)]


def break_adapter(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    """A bug of ours in the middle of a call, whose exception names an address with the token in it."""

    def advance(session: Any, spec: Any, checkpoint: Any) -> Any:
        raise RuntimeError(f"GET https://graph.example/me?access_token={session.token} failed: Bearer {session.token}")

    monkeypatch.setattr(ADAPTERS[platform], "advance", advance)


@pytest.mark.slow
@pytest.mark.parametrize("platform", sorted(ADAPTERS))
def test_a_full_run_leaves_no_secret_anywhere(
    platform: str, box: Any, connect: Any, publish: Any, secrets: leaks.Secrets, log: leaks.Log, browser: Client,
    in_workspace: Any, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    seen = walk(platform, box, browser)
    secrets.add("code", connect_code(box, in_workspace, platform))
    account = connect(platform)
    target = publish(account)
    assert target.state == "published"
    metrics.fetch(target.pk)
    box.fault("token_expired", platform=platform, step="*")
    box.fault("error_before", platform=platform, step="*", times=3)
    publish(account, text="Trouble on the way")
    housekeeping_run()
    box.fault("token_revoked", platform=platform, step="*")
    publish(account, text="Revoked on the way")
    box.http.delete(f"{box.base}/_control/faults")
    connect(platform)
    drain(advance=True)
    with monkeypatch.context() as broken:
        break_adapter(broken, platform)
        crashed = publish(account, text="A bug of ours")
    assert crashed.state == "failed"
    targets.retry(actor=in_workspace.alice_actor, post_id=crashed.post_id, target_id=crashed.pk)
    drain(advance=True)

    filled = leaks.models_with_rows()
    assert {
        "publishing.Grant",
        "publishing.Attempt",
        "jobs.Job",
        "notifications.Notice",
        "accounts.AuditEvent",
    } <= filled
    assert {"bearer", "publishing.grant.access"} <= secrets.kinds
    assert any(line for line in log.lines if "RuntimeError" in line)
    job = Job.objects.filter(subject_id=crashed.pk).first()
    ids: dict[str, object] = {
        "post_id": target.post_id, "target_id": target.pk, "account_id": account.pk, "platform": platform,
        "job_id": job.pk if job else account.pk, "media_id": target.post.media.first().file_id,
        "workspace_id": in_workspace.workspace.pk,
    }  # fmt: skip
    found = everywhere(secrets, log, browser, seen, ids)
    assert not found, "\n".join(found)

    social_accounts.disconnect(actor=in_workspace.alice_actor, account_id=account.pk)
    found = [hit for where, text in leaks.tables() for hit in secrets.look(where, text)]
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_a_services_key_is_nowhere_either(
    box: Any, connect_key: Any, publish: Any, secrets: leaks.Secrets, log: leaks.Log, browser: Client, in_workspace: Any
) -> None:
    settings.PLATFORMS["blotato"]["sandbox"] = False  # the imitation prints its key on the page, which is no secret
    key = "sandbox-blotato-secret"
    secrets.add("key", key)
    seen = []
    for given in ("wrong-blotato-secret", key):
        answer = browser.post(reverse("connection_key", args=["blotato"]), {"api_key": given}, follow=True)
        seen.append(("page after a key", answer.content.decode()))
    secrets.add("wrong key", "wrong-blotato-secret")
    account = connect_key("98401")
    target = publish(account)
    assert target.state == "published"
    metrics.fetch(target.pk)
    box.fault("error_before", platform="blotato", step="*", times=2)
    publish(account, text="Trouble on the way")
    ids: dict[str, object] = {"post_id": target.post_id, "account_id": account.pk, "platform": "blotato"}
    found = everywhere(secrets, log, browser, seen, ids)
    assert not found, "\n".join(found)


def connect_code(box: Any, cast: Any, platform: str) -> str:
    """The code of one walk that nobody ends."""
    start = connections.start(actor=cast.alice_actor, platform=platform)
    return str(box.allow(start.auth_url, PEOPLE[platform, ""])["code"])


def housekeeping_run() -> None:
    """Tokens are renewed ahead of their end."""
    soonest = Grant.objects.exclude(expires_at=None).order_by("expires_at").first()
    if soonest is not None and soonest.expires_at is not None:
        clock.advance(max(timedelta(), soonest.expires_at - clock.now() - timedelta(minutes=5)))
    housekeeping.order_renewals()
    drain(advance=True)


class TestTheSearchItself:
    """Each place is planted with a real token once; a search that finds nothing there would prove nothing."""

    @pytest.fixture
    def planted(self, connect: Any, publish: Any, secrets: leaks.Secrets) -> tuple[PostTarget, str]:
        target = publish(connect("tiktok"))
        return target, next(text for text, what in secrets.found.items() if "publishing.grant.access" in what)

    def test_a_planted_token_is_found_wherever_it_lies(
        self, planted: Any, secrets: leaks.Secrets, log: leaks.Log, browser: Client
    ) -> None:
        target, token = planted
        SocialAccount.objects.update(problem=f"It said {token}")
        Attempt.objects.update(platform_message=token)
        Job.objects.update(payload={"handed": token})
        Mail.objects.create(workspace_id=target.workspace_id, template="notice", to="a@example.com", error=token)
        PostTarget.objects.update(checkpoint={"where": token}, note=token)
        logging.getLogger("publishing").info("went with %s", token)
        try:
            raise RuntimeError(token)
        except RuntimeError:
            logging.getLogger("publishing").exception("It broke.")
        found = "\n".join(everywhere(secrets, log, browser, [], {"post_id": target.post_id}))
        for place in (
            "table publishing_socialaccount", "table publishing_attempt", "table jobs_job", "table notifications_mail",
            "table publishing_posttarget", "console admin:publishing_socialaccount", "console admin:publishing_attempt",
            "console admin:notifications_mail", "door /posts/{post_id}/", "door /settings/connections/",
            "door /api/v1/posts/{post_id} ", "log",
        ):  # fmt: skip
            assert f" in {place}" in found, place
        assert found.count(" in log") == 2

    def test_a_quoted_upload_address_is_found(self, secrets: leaks.Secrets) -> None:
        secrets.add("upload address", "https://upload.example/video?upload_id=a b&part=1")
        assert secrets.look("page", "href=https%3A%2F%2Fupload.example%2Fvideo%3Fupload_id%3Da%20b%26part%3D1")
