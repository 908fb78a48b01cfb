from datetime import timedelta

import pytest
from django.db import transaction

from analytics.engagement import engagement_rate
from analytics.fetch_times import GRID, MAX_FAILURES, slot_for_age
from analytics.models import AccountSnapshot, LatestMetrics, MetricPlan, MetricSnapshot
from analytics.services import snapshots
from core import clock
from core.errors import NotFound, Unavailable
from jobs.models import Job
from jobs.testing import drain
from publishing.platforms.base import Metrics
from publishing.services import metrics as platform_metrics
from publishing.signals import target_published
from tests.analytics.conftest import make_live

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def platform(monkeypatch):
    """What the platform answers next: numbers, or a refusal. Counts how often it is asked."""
    state = {"answer": Metrics(views=10, likes=1, comments=0, shares=None, follower_count=1200), "asked": 0}

    def fetch(target_id):
        state["asked"] += 1
        if isinstance(state["answer"], Exception):
            raise state["answer"]
        return state["answer"]

    monkeypatch.setattr(platform_metrics, "fetch", fetch)
    monkeypatch.setattr(platform_metrics, "followers", lambda account_id: 1234)
    return state


@pytest.fixture
def live(account):
    return make_live(account, age=timedelta(0))


def publish(target):
    with transaction.atomic():
        target_published.send(
            sender=type(target), target_id=target.pk, post_id=target.post_id, workspace_id=target.workspace_id
        )


class TestGrid:
    @pytest.mark.parametrize(
        ("age", "slot"),
        [(timedelta(0), 0), (timedelta(minutes=59), 0), (timedelta(hours=1), 1), (timedelta(days=400), len(GRID) - 1),
         (timedelta(seconds=-5), 0)],
    )  # fmt: skip
    def test_the_slot_of_an_age(self, age, slot):
        assert slot_for_age(age) == slot

    @pytest.mark.parametrize(
        ("counts", "rate"),
        [((1000, 80, 10, 10), 10.0), ((3, 1, None, None), 33.33), ((0, 1, 1, 1), None), ((None, 1, 1, 1), None),
         ((10, None, None, None), None)],
    )  # fmt: skip
    def test_engagement_rate(self, counts, rate):
        assert engagement_rate(*counts) == rate


class TestFollow:
    def test_a_published_post_is_followed_along_the_grid(self, live, platform):
        publish(live)
        drain(kind="analytics.fetch")
        plan = MetricPlan.objects.get(target=live)
        assert plan.next_at == live.published_at + timedelta(hours=1)
        assert list(MetricSnapshot.objects.values_list("slot", "views", "shares")) == [("now", 10, None)]
        for name, due in GRID[1:4]:
            clock.advance(live.published_at + due - clock.now())
            platform["answer"] = Metrics(views=platform["answer"].views + 5)
            snapshots.enqueue_due()
            drain(kind="analytics.fetch")
            assert MetricSnapshot.objects.order_by("-id").first().slot == name
        newest = LatestMetrics.objects.get(target=live)
        assert (newest.views, newest.likes) == (25, None)
        assert newest.snapshot.slot == "24h"
        assert platform["asked"] == 4

    def test_a_second_signal_follows_once(self, live, platform):
        publish(live)
        publish(live)
        drain(kind="analytics.fetch")
        drain()
        assert MetricPlan.objects.count() == 1
        assert MetricSnapshot.objects.count() == 1

    def test_two_beats_fetch_once(self, live, platform):
        publish(live)
        drain(kind="analytics.fetch")
        clock.advance(timedelta(hours=1))
        snapshots.enqueue_due()
        snapshots.enqueue_due()
        drain()
        assert platform["asked"] == 2

    def test_numbers_fetched_again_in_a_slot_replace_it(self, live, platform, cast):
        publish(live)
        drain(kind="analytics.fetch")
        platform["answer"] = Metrics(views=99)
        snapshots.refresh(actor=cast.alice_actor, target_ids=[live.pk])
        drain(kind="analytics.fetch")
        assert list(MetricSnapshot.objects.values_list("slot", "views")) == [("now", 99)]

    def test_a_late_fetch_takes_the_slot_of_its_age(self, live, platform):
        publish(live)
        drain(kind="analytics.fetch")
        clock.advance(timedelta(hours=30))
        snapshots.enqueue_due()
        drain(kind="analytics.fetch")
        assert MetricSnapshot.objects.order_by("-id").first().slot == "24h"
        assert MetricPlan.objects.get().next_at == live.published_at + timedelta(days=3)

    def test_the_grid_ends(self, live, platform):
        publish(live)
        clock.advance(timedelta(days=91))
        drain(kind="analytics.fetch")
        assert MetricPlan.objects.get().next_at is None

    def test_a_platform_that_says_nothing_yet_is_asked_again_soon(self, live, platform):
        publish(live)
        platform["answer"] = Metrics()
        drain(kind="analytics.fetch")
        assert not MetricSnapshot.objects.exists()
        assert MetricPlan.objects.get().next_at == clock.now() + timedelta(seconds=15)
        clock.advance(timedelta(minutes=50))
        snapshots.enqueue_due()
        drain(kind="analytics.fetch")
        assert MetricPlan.objects.get().next_at == live.published_at + timedelta(hours=1)
        platform["answer"] = Metrics(views=0)
        clock.advance(timedelta(minutes=10))
        snapshots.enqueue_due()
        drain(kind="analytics.fetch")
        assert MetricSnapshot.objects.get().slot == "1h"

    def test_a_post_that_is_not_live_is_not_followed(self, live, platform):
        type(live).objects.filter(pk=live.pk).update(state="failed")
        publish(live)
        drain()
        assert not MetricPlan.objects.exists()

    def test_a_removed_post_is_followed_no_longer(self, live, platform):
        publish(live)
        drain(kind="analytics.fetch")
        type(live.post).objects.filter(pk=live.post_id).update(deleted_at=clock.now())
        snapshots.forget_gone()
        assert MetricPlan.objects.get().next_at is None

    def test_refreshing_what_is_not_live(self, cast, live, platform):
        with pytest.raises(NotFound, match="live"):
            snapshots.refresh(actor=cast.alice_actor, target_ids=[live.pk])


class TestRefusals:
    def test_waits_longer_each_time_and_keeps_the_sentence(self, live, platform):
        publish(live)
        platform["answer"] = Unavailable("down", "TikTok did not answer. Try again later.")
        drain(kind="analytics.fetch")
        plan = MetricPlan.objects.get()
        assert (plan.failures, plan.last_error) == (1, "TikTok did not answer. Try again later.")
        assert plan.next_at == clock.now() + timedelta(minutes=15)
        clock.advance(timedelta(minutes=15))
        snapshots.enqueue_due()
        drain(kind="analytics.fetch")
        assert MetricPlan.objects.get().next_at == clock.now() + timedelta(minutes=30)
        assert not MetricSnapshot.objects.exists()

    def test_gives_a_slot_up_and_goes_on_with_the_next(self, live, platform):
        publish(live)
        platform["answer"] = Unavailable("down", "No.")
        drain(kind="analytics.fetch")
        MetricPlan.objects.update(failures=MAX_FAILURES - 1, next_at=clock.now())
        snapshots.enqueue_due()
        drain(kind="analytics.fetch")
        plan = MetricPlan.objects.get()
        assert (plan.failures, plan.next_at) == (0, live.published_at + timedelta(hours=1))

    def test_success_clears_the_problem(self, live, platform):
        publish(live)
        platform["answer"] = Unavailable("down", "No.")
        drain(kind="analytics.fetch")
        platform["answer"] = Metrics(views=1)
        clock.advance(timedelta(minutes=15))
        snapshots.enqueue_due()
        drain(kind="analytics.fetch")
        plan = MetricPlan.objects.get()
        assert (plan.failures, plan.last_error) == (0, "")


class TestFollowers:
    def test_one_count_a_day(self, account, platform):
        for _ in range(2):
            snapshots.enqueue_follower_counts()
            drain()
        assert list(AccountSnapshot.objects.values_list("followers", flat=True)) == [1234]
        clock.advance(timedelta(days=1))
        snapshots.enqueue_follower_counts()
        drain()
        assert AccountSnapshot.objects.count() == 2

    def test_counting_twice_the_same_day_keeps_the_newer(self, account, platform, monkeypatch):
        snapshots.count_followers(workspace_id=account.workspace_id, account_id=account.pk)()
        monkeypatch.setattr(platform_metrics, "followers", lambda account_id: 2000)
        snapshots.count_followers(workspace_id=account.workspace_id, account_id=account.pk)()
        assert AccountSnapshot.objects.get().followers == 2000

    @pytest.mark.parametrize("case", ["refused", "unknown", "disconnected", "gone"])
    def test_a_missing_count_is_no_row(self, account, platform, monkeypatch, case):
        def refuse(account_id):
            raise Unavailable("down", "No.")

        if case == "refused":
            monkeypatch.setattr(platform_metrics, "followers", refuse)
        elif case == "unknown":
            monkeypatch.setattr(platform_metrics, "followers", lambda account_id: None)
        elif case == "disconnected":
            type(account).objects.filter(pk=account.pk).update(status="disconnected")
        key = account.pk if case != "gone" else account.workspace_id
        snapshots.count_followers(workspace_id=account.workspace_id, account_id=key)()
        assert not AccountSnapshot.objects.exists()


def test_jobs_hold_no_numbers_twice(live, platform):
    publish(live)
    drain(kind="analytics.fetch")
    assert Job.objects.filter(kind="analytics.fetch").count() == 1
