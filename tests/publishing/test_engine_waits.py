"""What the engine does with limits and refusals: waits for the stated time, parks, asks, and lets others go on."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from jobs.testing import drain
from publishing.models import PostTarget, QuotaWindow, SocialAccount
from publishing.services import schedule

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def fresh(target: PostTarget) -> PostTarget:
    return PostTarget.objects.select_related("account", "post").get(pk=target.pk)


class TestWaiting:
    def test_a_refused_rate_waits_as_long_as_the_platform_says(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        box.fault("rate_limit", platform="tiktok", step="video.init", retry_after=400)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.wait_reason) == ("waiting", "rate")
        assert target.next_at == clock.now() + timedelta(seconds=400)
        assert target.transient_count == 0

    def test_more_posts_than_a_minute_allows_are_spread_without_one_refusal(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        for number in range(9):
            post = make_post(account, text=f"Number {number}")
            schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        assert set(PostTarget.objects.values_list("state", flat=True)) == {"published"}
        assert box.control("state")["totals"]["http_429"] == 0
        assert len(box.live("tiktok")) == 9

    def test_a_channels_share_of_the_day_is_kept_and_the_rest_waits_for_the_real_reset(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any, settings: Any
    ) -> None:
        settings.PLATFORMS["youtube"]["channel_daily_limit"] = 2
        account = connect("youtube")
        posts = [make_post(account, text=f"Number {number}") for number in range(3)]
        for post in posts:
            schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(minutes=10))
        states = sorted(PostTarget.objects.values_list("state", flat=True))
        assert states == ["published", "published", "waiting"]
        waiting = PostTarget.objects.get(state="waiting")
        # 4 May 2026, midnight in Los Angeles (UTC-7) is the next reset.
        assert waiting.next_at.isoformat() == "2026-05-05T07:00:00+00:00"
        assert "YouTube daily upload limit reached" in waiting.error_sentence
        assert "5 May 2026, 07:00 UTC" in waiting.error_sentence
        assert QuotaWindow.objects.get(bucket=f"youtube.channel:{account.external_id}").used == 2
        drain(advance=True, until=clock.now() + timedelta(days=1))
        assert len(box.live("youtube")) == 3

    def test_the_platforms_own_quota_waits_too(self, box: Any, connect: Any, make_post: Any, in_workspace: Any) -> None:
        post = make_post(connect("tiktok"))
        box.fault("quota", platform="tiktok", step="creator_info")
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.wait_reason) == ("waiting", "quota")
        drain(advance=True, until=clock.now() + timedelta(hours=25))
        assert fresh(target).state == "published"

    def test_suspected_spam_rests_the_whole_account_and_asks_the_second_time(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        box.fault("spam_hold", platform="tiktok", step="video.init", times=2)
        first, second = make_post(account, text="One"), make_post(account, text="Two")
        for post in (first, second):
            schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        assert {row.wait_reason for row in PostTarget.objects.all()} == {"hold"}
        assert SocialAccount.objects.get().hold_until == clock.now() + timedelta(hours=12)
        assert len(box.calls("tiktok", "video.init")) == 1
        drain(advance=True, until=clock.now() + timedelta(hours=13))
        assert "action_required" in set(PostTarget.objects.values_list("state", flat=True))

    def test_slow_processing_holds_no_worker(self, box: Any, connect: Any, make_post: Any, in_workspace: Any) -> None:
        box.set(youtube__processing_s=1800)
        post = make_post(connect("youtube"))
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        ran = drain()
        assert [job.status for job in ran if job.kind == "publish.target"] == ["waiting"]
        assert PostTarget.objects.get(post=post).state == "processing"
        drain(advance=True)
        assert PostTarget.objects.get(post=post).state == "published"

    def test_processing_without_an_end_becomes_a_question_after_a_day(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("publishing.engine.decide.reconciliation.PROCESSING_DEADLINE", timedelta(minutes=20))
        box.set(youtube__processing_s=40 * 3600)
        post = make_post(connect("youtube"))
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(minutes=25))
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.committed) == ("unconfirmed", True)
        assert target.waits_for_answer


class TestRefusals:
    def test_a_file_the_platform_cannot_read_fails_with_its_words(self, box: Any, connect: Any, publish: Any) -> None:
        box.fault("processing_failed", platform="youtube", step="upload.start")
        target = publish(connect("youtube"))
        assert (target.state, target.error_code, target.error_words) == ("failed", "unsupported_format", "conversion")
        assert target.post.state == "failed"

    def test_a_withdrawn_permission_parks_the_post_until_reconnect_and_then_it_goes_on(
        self, box: Any, connect: Any, publish: Any
    ) -> None:
        account = connect("youtube")
        box.fault("token_revoked", platform="youtube", step="upload.start")
        target = publish(account)
        assert (target.state, target.error_code) == ("action_required", "auth_expired")
        assert "publish automatically after reconnecting" in target.error_sentence
        account.refresh_from_db()
        assert (account.status, account.grant.state) == ("expired", "dead")
        again = connect("youtube")
        assert again.pk == account.pk
        drain(advance=True)
        assert fresh(target).state == "published"
        assert len(box.live("youtube")) == 1

    def test_a_missing_permission_names_itself_on_the_account(self, box: Any, connect: Any, publish: Any) -> None:
        account = connect("tiktok")
        box.fault("missing_scope", platform="tiktok", step="video.init")
        target = publish(account)
        assert target.state == "action_required"
        account.refresh_from_db()
        assert account.status == "error"
        assert "permissions" in account.problem

    def test_one_account_failing_never_stops_another(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        box.fault("processing_failed", platform="youtube", step="upload.start")
        post = make_post(connect("tiktok"), connect("youtube"))
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        post.refresh_from_db()
        assert post.state == "partially_published"
        assert sorted(post.targets.values_list("state", flat=True)) == ["failed", "published"]
