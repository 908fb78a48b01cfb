"""Planned posts of an account that cannot post say so at once; stuck ones are tried again together."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from core import clock
from core.errors import NotFound
from jobs.testing import drain
from publishing.engine import grants
from publishing.models import AccountStatus, Post, PostTarget, SocialAccount
from publishing.schedule import blocked
from publishing.services import schedule, social_accounts, targets
from publishing.services.schedule import When


@pytest.fixture
def plan(make_post: Any, in_workspace: Any) -> Any:
    def run(account: SocialAccount, text: str = "For tomorrow") -> PostTarget:
        post = make_post(account, text=text)
        when = When(at=clock.now() + timedelta(days=1))
        schedule.schedule_post(actor=in_workspace.alice_actor, post_id=post.pk, when=when)
        return PostTarget.objects.get(post=post)

    return run


class TestPlanned:
    def test_a_planned_post_says_at_once_that_its_account_was_disconnected(
        self, connect: Any, plan: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        target = plan(account)
        social_accounts.disconnect(actor=in_workspace.alice_actor, account_id=account.pk, confirmed=True)
        target.refresh_from_db()
        assert (target.state, target.status_group, target.error_code) == ("scheduled", "needs_you", "auth_expired")
        assert Post.objects.get().state == "needs_you"
        client = in_workspace.browsers.alice
        for page in (reverse("post_detail", args=[target.post_id]), reverse("schedule"), reverse("dashboard")):
            assert "is disconnected on TikTok" in client.get(page).content.decode(), page
        assert client.get("/api/v1/posts", {"status": "needs_you"}).json()["total"] == 1

    def test_a_planned_post_says_at_once_that_its_consent_ended(self, connect: Any, plan: Any) -> None:
        account = connect("tiktok")
        target = plan(account)
        grants.mark_dead(account.grant, "TikTok ended it.")
        target.refresh_from_db()
        assert target.status_group == "needs_you"
        assert "needs to be connected again on TikTok" in target.error_sentence

    def test_connecting_again_makes_it_planned_again_and_it_goes_out(self, connect: Any, plan: Any) -> None:
        account = connect("tiktok")
        target = plan(account)
        grants.mark_dead(account.grant, "TikTok ended it.")
        connect("tiktok")
        target.refresh_from_db()
        assert (target.status_group, target.error_code, target.error_sentence) == ("scheduled", "", "")
        assert Post.objects.get().state == "scheduled"

    def test_planning_for_an_account_whose_consent_ended_says_so_at_once(self, connect: Any, plan: Any) -> None:
        account = connect("tiktok")
        grants.mark_dead(account.grant, "TikTok ended it.")
        assert plan(account).status_group == "needs_you"

    def test_what_a_process_that_died_left_unsaid_is_said_within_the_hour(self, connect: Any, plan: Any) -> None:
        account = connect("tiktok")
        target = plan(account)
        SocialAccount.objects.filter(pk=account.pk).update(status=AccountStatus.EXPIRED)
        assert (blocked.catch_up(), blocked.catch_up()) == (1, 0)
        target.refresh_from_db()
        assert target.status_group == "needs_you"
        SocialAccount.objects.filter(pk=account.pk).update(status=AccountStatus.CONNECTED)
        assert blocked.catch_up() == 1
        assert Post.objects.get().state == "scheduled"

    def test_a_draft_that_was_planned_forgets_it(self, connect: Any, plan: Any, in_workspace: Any) -> None:
        account = connect("tiktok")
        target = plan(account)
        grants.mark_dead(account.grant, "TikTok ended it.")
        schedule.unschedule(actor=in_workspace.alice_actor, post_id=target.post_id)
        target.refresh_from_db()
        assert (target.state, target.error_sentence, Post.objects.get().state) == ("draft", "", "draft")


class TestTryAllAgain:
    def park(self, target: PostTarget, state: str, **more: Any) -> None:
        values = {"error_code": "account_type", "finished_at": clock.now(), **more}
        PostTarget.objects.filter(pk=target.pk).update(state=state, **values)

    def test_parked_posts_go_on_together_and_refused_ones_stay(
        self, box: Any, connect: Any, make_post: Any, plan: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        made = [plan(account, text=f"Number {number}") for number in range(4)]
        for target in made:
            schedule.publish_now(actor=in_workspace.alice_actor, post_id=target.post_id)
        self.park(made[0], "action_required")
        self.park(made[1], "waiting", wait_reason="retry", next_at=clock.now() + timedelta(minutes=5))
        self.park(made[2], "failed", error_code="internal")
        self.park(made[3], "failed", error_code="rejected")
        client = in_workspace.browsers.alice
        assert "3 posts did not continue automatically" in client.get(reverse("posts")).content.decode()
        answer = client.post(reverse("posts_retry"), follow=True).content.decode()
        assert "3 posts are tried again now." in answer
        drain(advance=True)
        states = dict(PostTarget.objects.values_list("post__text", "state"))
        assert [states[f"Number {number}"] for number in range(4)] == ["published"] * 3 + ["failed"]

    def test_a_strangers_stuck_posts_stay_where_they_are(self, connect: Any, plan: Any, in_workspace: Any) -> None:
        target = plan(connect("tiktok"))
        self.park(target, "action_required")
        client = in_workspace.browsers.charlie
        assert client.post("/api/v1/posts/retry").json() == {"retried": 0}
        target.refresh_from_db()
        assert target.state == "action_required"
        client = in_workspace.browsers.bob
        assert client.post("/api/v1/posts/retry").json() == {"retried": 1}

    def test_nothing_is_tried_for_an_account_that_cannot_post(self, connect: Any, plan: Any, in_workspace: Any) -> None:
        account = connect("tiktok")
        target = plan(account)
        self.park(target, "action_required")
        SocialAccount.objects.filter(pk=account.pk).update(status=AccountStatus.EXPIRED)
        assert targets.retry_all(actor=in_workspace.alice_actor) == 0
        with pytest.raises(NotFound):
            targets.retry(actor=in_workspace.charlie_actor, post_id=target.post_id, target_id=target.pk)
