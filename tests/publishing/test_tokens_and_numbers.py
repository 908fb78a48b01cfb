"""Tokens that are renewed, numbers that come back, quotas, choices, and rows that go."""

import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from core import clock
from core.errors import Conflict, NotFound, Throttled, Unavailable
from core.models import IdempotencyKey
from jobs.testing import drain
from publishing import selectors
from publishing.engine import grants, housekeeping, quotas, rate_slots, secrets
from publishing.models import (
    AccountStatus,
    Attempt,
    Grant,
    OAuthState,
    PostTarget,
    QuotaWindow,
)
from publishing.platforms.declared import QuotaNeed
from publishing.services import creator_options, metrics, schedule


class TestNumbers:
    def test_both_platforms_give_what_they_have_and_none_for_the_rest(
        self, box: Any, connect: Any, publish: Any
    ) -> None:
        found = {}
        for platform in ("tiktok", "youtube"):
            target = publish(connect(platform))
            clock.advance(timedelta(days=4))
            found[platform] = metrics.fetch(target.pk)
            assert found[platform].views > 0
            assert found[platform].saves is None
        assert found["tiktok"].shares is not None
        assert found["tiktok"].watch_time_s is None
        assert found["youtube"].watch_time_s > 0
        assert found["youtube"].follower_count == 12_700

    def test_before_the_public_id_is_known_there_are_no_numbers_yet(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        post = make_post(connect("tiktok"), tiktok={"privacy_level": "SELF_ONLY"})
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        target = post.targets.get()
        assert (target.state, target.external_id) == ("published", "")
        assert metrics.fetch(target.pk).views is None

    def test_refusals(self, box: Any, connect: Any, publish: Any, make_post: Any) -> None:
        account = connect("tiktok")
        with pytest.raises(NotFound):
            metrics.fetch(uuid4())
        with pytest.raises(NotFound):
            metrics.followers(uuid4())
        with pytest.raises(Conflict):
            metrics.fetch(make_post(account, text="other").targets.get().pk)
        target = publish(account)
        for kind, error in (("rate_limit", Throttled), ("error_before", Unavailable), ("reset_before", Unavailable),
                            ("missing_scope", Conflict)):  # fmt: skip
            box.fault(kind, platform="tiktok", step="video.query")
            with pytest.raises(error):
                metrics.fetch(target.pk)
        box.fault("token_expired", platform="tiktok", step="video.query")
        assert metrics.fetch(target.pk).views is not None
        assert metrics.followers(account.pk) == 18_400

    def test_our_own_window_is_kept(self, box: Any, connect: Any, publish: Any, monkeypatch: Any) -> None:
        target = publish(connect("tiktok"))
        monkeypatch.setattr(rate_slots, "take", lambda *_: timedelta(seconds=7))
        with pytest.raises(Throttled) as refused:
            metrics.fetch(target.pk)
        assert refused.value.retry_after_s == 7


class TestGrants:
    def test_tokens_are_renewed_ahead_of_their_end(self, box: Any, connect: Any) -> None:
        account = connect("tiktok")
        assert housekeeping.order_renewals() == 0
        old = secrets.access_token(account.grant)
        clock.advance(timedelta(minutes=115))
        assert housekeeping.order_renewals() == 1
        drain()
        grant = grants.read(account.grant_id)
        assert secrets.access_token(grant) != old
        assert grant.expires_at > clock.now() + timedelta(minutes=100)
        assert housekeeping.renew_ahead(grant.pk).result == {}

    def test_google_keeps_its_refresh_token(self, box: Any, connect: Any) -> None:
        grant = connect("youtube").grant
        kept = secrets.refresh_token(grant)
        fresh = grants.renew(grant)
        assert secrets.refresh_token(fresh) == kept
        assert fresh.token_version == grant.token_version + 1

    def test_two_at_once_renew_once(self, box: Any, connect: Any) -> None:
        grant = connect("tiktok").grant
        first = grants.renew(grant)
        second = grants.renew(grant)
        assert first.token_version == second.token_version
        assert len(box.calls("tiktok", "oauth.token")) == 2

    def test_somebody_elses_lease_is_waited_for_then_left_alone(self, box: Any, connect: Any) -> None:
        grant = connect("tiktok").grant
        Grant.objects.update(refresh_lease=uuid4(), refresh_lease_until=clock.now() + timedelta(seconds=60))
        began = time.monotonic()
        with pytest.raises(grants.Busy):
            grants.renew(grant, patience_s=0.5)
        assert time.monotonic() - began >= 0.5
        clock.advance(timedelta(seconds=61))
        assert grants.renew(grant).token_version == grant.token_version + 1

    def test_a_worker_does_not_wait_for_the_lease_of_a_killed_one(
        self,
        box: Any,
        connect: Any,
        make_post: Any,
        in_workspace: SimpleNamespace,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def no_sleep(seconds: float) -> None:
            raise AssertionError(f"a worker slept {seconds} s")

        post = make_post(connect("tiktok"))
        in_a_minute = clock.now() + timedelta(seconds=60)
        Grant.objects.update(refresh_lease=uuid4(), refresh_lease_until=in_a_minute, expires_at=in_a_minute)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        monkeypatch.setattr(grants, "time", SimpleNamespace(monotonic=time.monotonic, sleep=no_sleep))
        drain(advance=True, until=clock.now() + timedelta(seconds=30))
        assert box.live("tiktok") == []
        drain(advance=True)
        assert PostTarget.objects.get(post=post).state == "published"

    def test_trouble_at_the_platform_buries_nothing(self, box: Any, connect: Any) -> None:
        account = connect("tiktok")
        clock.advance(timedelta(minutes=115))
        box.fault("error_before", platform="tiktok", step="oauth.token")
        assert housekeeping.renew_ahead(account.grant_id).after == timedelta(minutes=2)
        box.fault("reset_before", platform="tiktok", step="oauth.token")
        assert housekeeping.renew_ahead(account.grant_id).after == timedelta(minutes=2)
        account.refresh_from_db()
        assert account.status == AccountStatus.CONNECTED

    def test_a_withdrawn_consent_is_dead_for_all_its_accounts(self, box: Any, connect: Any) -> None:
        account = connect("tiktok")
        clock.advance(timedelta(days=181))
        assert housekeeping.renew_ahead(account.grant_id).result == {"state": "dead"}
        account.refresh_from_db()
        assert (account.status, account.grant.state) == ("expired", "dead")
        assert "reconnect" in account.problem
        assert housekeeping.renew_ahead(account.grant_id).result == {}

    def test_days_left_until_a_person_must_act(self, box: Any, connect: Any) -> None:
        account = connect("tiktok")
        clock.advance(timedelta(days=175))
        assert selectors.expires_in_days(account) == 5
        assert selectors.expires_in_days(connect("youtube")) is None


class TestQuotas:
    def test_all_or_nothing(self, db: None, frozen: None) -> None:
        def need(bucket: str, limit: int) -> QuotaNeed:
            return QuotaNeed(bucket, "2026-05-04", limit, clock.now(), "Full.")

        quotas.reserve([need("a", 2), need("b", 1)])
        with pytest.raises(quotas.Exhausted) as full:
            quotas.reserve([need("a", 2), need("b", 1)])
        assert full.value.need.bucket == "b"
        assert {row.bucket: row.used for row in QuotaWindow.objects.all()} == {"a": 1, "b": 1}


class TestCreator:
    def test_choices_are_asked_once_a_minute_and_never_raise(self, box: Any, connect: Any) -> None:
        account = connect("tiktok")
        assert "SELF_ONLY" in creator_options.choices(account).options["privacy_level_options"]
        creator_options.choices(account)
        assert len(box.calls("tiktok", "creator_info")) == 1
        assert creator_options.choices(connect("youtube")) == creator_options.Choices({})

    def test_trouble_is_told_in_place_of_choices(self, box: Any, connect: Any, monkeypatch: Any) -> None:
        account = connect("tiktok")
        box.fault("quota", platform="tiktok", step="creator_info")
        assert "daily post limit" in creator_options.choices(account).problem
        box.fault("reset_before", platform="tiktok", step="creator_info")
        assert "did not answer" in creator_options.choices(account).problem
        monkeypatch.setattr(rate_slots, "take", lambda *_: timedelta(seconds=7))
        assert "pause" in creator_options.choices(account).problem
        account.grant = None
        assert "disconnected" in creator_options.choices(account).problem


class TestHousekeeping:
    def test_old_rows_go_and_young_ones_stay(self, box: Any, connect: Any, publish: Any, in_workspace: Any) -> None:
        account = connect("tiktok")
        publish(account)
        IdempotencyKey.objects.create(
            workspace=in_workspace.workspace, route="r", key="k", body_hash="h", expires_at=clock.now()
        )
        housekeeping.clean_up()
        assert (OAuthState.objects.count(), Attempt.objects.exists()) == (1, True)
        clock.advance(timedelta(days=400))
        housekeeping.clean_up()
        assert not OAuthState.objects.exists()
        assert not Attempt.objects.exists()
        assert not QuotaWindow.objects.exists()
        assert not IdempotencyKey.objects.exists()
