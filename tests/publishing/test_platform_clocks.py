"""Clocks that disagree, and uploads that run out: measured, told to operators, and never a loop."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from core import clock
from jobs.testing import drain
from publishing.engine import platform_clocks
from publishing.insight import alarms
from publishing.models import Attempt, PlatformClock, PostTarget
from publishing.platforms.http import Answer, Caller
from publishing.platforms.twitter import errors as x
from publishing.services import schedule
from tests.publishing.conftest import WAY

pytestmark = pytest.mark.slow

DAY_S = 86_400


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has just started."""
    monkeypatch.setattr(platform_clocks, "_noted", {})


def steps(target: PostTarget) -> list[str]:
    return list(Attempt.objects.filter(target=target).order_by("id").values_list("step", flat=True))


class TestUploadsThatRunOut:
    def test_an_address_that_has_always_run_out_is_asked_for_four_times_and_not_two_thousand(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("linkedin")
        box.set(linkedin__upload_url_ttl_s=-1)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.wait_reason) == ("waiting", "retry")
        assert "expired before it was used. We'll retry automatically." in target.error_sentence
        assert target.next_at == clock.now() + timedelta(minutes=5)
        drain(advance=True)
        target.refresh_from_db()
        assert (target.state, target.error_code) == ("failed", "transient")
        assert "4 times in a row, so we stopped" in target.error_sentence
        assert len(box.calls("linkedin", "video.upload")) == 4

    def test_one_that_runs_out_once_is_replaced_at_once(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("linkedin")
        box.set(linkedin__upload_url_ttl_s=-1)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        box.set(linkedin__upload_url_ttl_s=DAY_S)
        drain(advance=True)
        target = PostTarget.objects.get(post=post)
        assert target.state == "published"


@pytest.mark.parametrize(
    "wrong_s", [-2 * DAY_S, -600, 600, 2 * DAY_S], ids=["2d behind", "10min", "+10min", "2d ahead"]
)
class TestWrongClocks:
    def test_an_upload_address_ends_by_the_clock_that_named_it(
        self, box: Any, connect: Any, publish: Any, wrong_s: float
    ) -> None:
        box.set(clock__wrong_s=wrong_s)
        account = connect("linkedin")
        target = publish(account)
        assert (target.state, steps(target).count("initialize")) == ("published", 1)

    @pytest.mark.parametrize("platform", ["twitter", "linkedin", "facebook"])
    def test_a_post_whose_answer_was_lost_is_found_in_the_list_and_not_sent_again(
        self, box: Any, connect: Any, publish: Any, platform: str, wrong_s: float
    ) -> None:
        box.set(clock__wrong_s=wrong_s)
        account = connect(platform, **WAY.get(platform, {}))
        step = {"twitter": "tweet.create", "linkedin": "post.create", "facebook": "feed.publish"}[platform]
        box.fault("reset_after", platform=platform, step=step)
        target = publish(account, text="Words alone", media=[])
        assert (target.state, steps(target).count("post")) == ("published", 1)
        assert len(box.live(platform)) == 1

    def test_operators_are_told_which_clock_is_off_and_by_how_much(
        self, box: Any, connect: Any, publish: Any, wrong_s: float
    ) -> None:
        account = connect("youtube")
        assert alarms.conditions() == []
        box.set(clock__wrong_s=wrong_s)
        publish(account)
        (told,) = alarms.conditions()
        side = "behind" if wrong_s > 0 else "ahead of"
        assert told.name == "publishing.clock"
        assert f"{abs(wrong_s):.0f} s {side} YouTube's" in told.sentence
        box.set(clock__wrong_s=0)
        publish(account, text="With the right time")
        assert alarms.conditions() == []


class TestMeasuring:
    @pytest.fixture
    def caller(self, box: Any, in_workspace: Any) -> Any:
        def make(*headers: tuple[str, str]) -> Caller:
            answer = lambda request: httpx.Response(200, headers=list(headers))  # noqa: E731
            found = Caller("tiktok", httpx.Client(transport=httpx.MockTransport(answer)))
            found.call("GET", "https://example.com/")
            return found

        return make

    def date(self, seconds: float) -> tuple[str, str]:
        return "date", format_datetime(clock.now() + timedelta(seconds=seconds), usegmt=True)

    def test_the_last_of_several_dates_is_the_platforms_own(self, caller: Any) -> None:
        assert caller(self.date(0), self.date(90)).distance == timedelta(seconds=90)

    def test_a_cached_answer_and_a_broken_date_say_nothing(self, caller: Any) -> None:
        assert caller(self.date(-900), ("age", "900")).distance is None
        assert caller(("date", "yesterday")).distance is None
        assert caller().distance is None

    def test_a_few_seconds_are_the_answers_way_and_no_distance(self, caller: Any) -> None:
        found = caller(self.date(-4))
        assert found.theirs(clock.now()) == clock.now()
        assert alarms.conditions() == []

    def test_it_is_written_when_it_changes_and_else_every_five_minutes(self, caller: Any) -> None:
        platform_clocks.note(caller(self.date(90)))
        first = PlatformClock.objects.get()
        clock.advance(timedelta(minutes=4))
        platform_clocks.note(caller(self.date(91)))
        assert PlatformClock.objects.get().measured_at == first.measured_at
        platform_clocks.note(caller(self.date(20)))
        assert PlatformClock.objects.get().distance_s == 20
        clock.advance(timedelta(minutes=6))
        platform_clocks.note(caller(self.date(20)))
        assert PlatformClock.objects.get().measured_at == clock.now()

    def test_a_measurement_counts_for_a_day(self, caller: Any) -> None:
        platform_clocks.note(caller(self.date(-61)))
        assert [condition.name for condition in alarms.conditions()] == ["publishing.clock"]
        clock.advance(timedelta(hours=25))
        assert alarms.conditions() == []

    def test_the_end_of_xs_window_is_read_by_our_clock(self) -> None:
        now = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
        theirs = now + timedelta(hours=3)
        reset = str(int((theirs + timedelta(minutes=7)).timestamp()))
        answer = Answer(429, {"x-rate-limit-reset": reset}, b"{}", timedelta(hours=3))
        assert x.classify(answer, now).until == now + timedelta(minutes=7)
