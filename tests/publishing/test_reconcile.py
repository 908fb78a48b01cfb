"""Platforms without a session of our own: listings, and what the engine concludes from them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from jobs.testing import drain
from publishing.models import Attempt, PostTarget, SocialAccount
from publishing.platforms.base import Accepted, Checkpoint, Finding, Live, NotThere, Unknown
from publishing.platforms.errors import ErrorKind, NoAnswer, PlatformError
from publishing.platforms.tiktok.adapter import TikTok
from publishing.services import schedule

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

Say = Callable[..., PostTarget]


@pytest.fixture
def unconfirmed(box: Any, connect: Any, make_post: Any, in_workspace: Any, monkeypatch: pytest.MonkeyPatch) -> Say:
    """A target whose commit had no answer, on a platform that answers a lookup as told (the last answer stays)."""

    def make(*answers: Finding | Exception, arrived: bool = True) -> PostTarget:
        said: Iterator[Finding | Exception] = iter(answers)
        last: list[Finding | Exception] = []

        def reconcile(self: Any, session: Any, spec: Any, checkpoint: Checkpoint) -> Finding:
            answer = next(said, None) or last[-1]
            last.append(answer)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(TikTok, "reconcile", reconcile)
        box.fault("reset_after" if arrived else "reset_before", platform="tiktok", step="upload.chunk")
        post = make_post(connect("tiktok"))
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        return PostTarget.objects.get(post=post)

    return make


def look(target: PostTarget, minutes: float) -> PostTarget:
    drain(advance=True, until=clock.now() + timedelta(minutes=minutes))
    target.refresh_from_db()
    return target


LISTED = NotThere(Checkpoint(), complete=False)


class TestListings:
    def test_one_and_two_negative_listings_send_nothing(self, unconfirmed: Say) -> None:
        target = look(unconfirmed(LISTED), 9)
        assert (target.state, target.negatives) == ("unconfirmed", 2)
        assert Attempt.objects.filter(step="last_chunk").count() == 1

    def test_three_over_ten_minutes_count_as_a_no(self, unconfirmed: Say) -> None:
        target = look(unconfirmed(LISTED, arrived=False), 12)
        assert target.state == "published"
        assert Attempt.objects.filter(step="reconcile").count() == 3
        assert Attempt.objects.filter(step="last_chunk").count() == 2

    def test_a_listing_that_finds_it_ends_the_search(self, unconfirmed: Say) -> None:
        found = Live(Checkpoint(), "77", "https://www.tiktok.com/@lumen.studio/video/77")
        target = look(unconfirmed(LISTED, found), 12)
        assert (target.state, target.external_id, target.negatives) == ("published", "77", 1)


class TestSilence:
    def test_unknown_asks_after_half_an_hour_and_stops_looking_after_a_day(self, unconfirmed: Say) -> None:
        target = look(unconfirmed(NoAnswer("ReadTimeout"), Unknown("Nobody knows.")), 31)
        assert target.waits_for_answer
        looks = Attempt.objects.filter(step="reconcile").count()
        target = look(target, 26 * 60)
        assert target.waits_for_answer
        assert Attempt.objects.filter(step="reconcile").count() - looks < 60
        last = Attempt.objects.filter(step="reconcile").last()
        target = look(target, 26 * 60)
        assert Attempt.objects.filter(step="reconcile").last() == last
        assert Attempt.objects.filter(step="last_chunk").count() == 1

    def test_a_refused_rate_waits_and_a_server_failure_counts_as_unknown(self, unconfirmed: Say) -> None:
        pause = PlatformError(ErrorKind.RATE_LIMITED, "Pause.", until=clock.now() + timedelta(minutes=4))
        trouble = PlatformError(ErrorKind.TRANSIENT, "Trouble.", status=500)
        target = look(unconfirmed(pause, trouble), 3.9)
        assert Attempt.objects.filter(step="reconcile").count() == 1
        target = look(target, 5)
        assert (target.state, target.error_words) == ("unconfirmed", "Trouble.")

    def test_accepted_goes_on_with_the_status(self, unconfirmed: Say, monkeypatch: pytest.MonkeyPatch) -> None:
        target = unconfirmed(Unknown("Later."))
        drain()
        checkpoint = Checkpoint({**PostTarget.objects.get().checkpoint, "sent": 1})
        monkeypatch.setattr(TikTok, "reconcile", lambda *_: Accepted(checkpoint))
        assert look(target, 5).state == "published"


class TestTokens:
    def test_a_token_refused_twice_while_looking_ends_the_connection_so_that_reconnecting_goes_on(
        self, unconfirmed: Say, connect: Any
    ) -> None:
        gone = PlatformError(ErrorKind.AUTH_EXPIRED, "Please reconnect.", token_problem=True)
        live = Live(Checkpoint(), external_id="77", permalink="https://www.tiktok.com/@lumen.studio/video/77")
        target = look(unconfirmed(gone, gone, live), 1)
        account = SocialAccount.objects.get()
        assert (target.state, account.status) == ("action_required", "expired"), "the page asks for what would help"
        clock.advance(timedelta(seconds=1))
        connect("tiktok")
        assert look(target, 1).state == "published"


class TestEnds:
    def test_a_platform_that_ended_the_post_itself_fails_it(self, unconfirmed: Say) -> None:
        ended = PlatformError(ErrorKind.REJECTED, "Taken for spam.", words="spam_risk", dead=True, restart=True)
        target = look(unconfirmed(ended), 1)
        assert (target.state, target.error_sentence, target.committed) == ("failed", "Taken for spam.", False)

    def test_one_that_may_heal_starts_again_from_the_first_step(self, unconfirmed: Say, box: Any) -> None:
        ended = PlatformError(ErrorKind.TRANSIENT, "Trouble.", words="internal", dead=True, restart=True)
        target = look(unconfirmed(ended, arrived=False), 0.5)
        assert (target.state, target.checkpoint) == ("waiting", {"restarts": 1})
        assert look(target, 5).state == "published"
        assert len(box.live("tiktok")) == 1

    def test_a_full_window_and_a_busy_grant_only_pause(self, unconfirmed: Say, monkeypatch: pytest.MonkeyPatch) -> None:
        from publishing.engine import grants, rate_slots
        from publishing.engine.run import Run

        target = unconfirmed(Unknown("Later."))
        drain()
        before = Attempt.objects.count()
        with monkeypatch.context() as patched:
            full = rate_slots.Booking("tiktok.status:x", 1, clock.now() + timedelta(seconds=20))
            patched.setattr(rate_slots, "book", lambda *_: full)
            look(target, 0.2)
        with monkeypatch.context() as patched:

            def busy(self: Any) -> None:
                raise grants.Busy

            patched.setattr(Run, "grant", busy)
            look(target, 0.5)
        assert Attempt.objects.count() == before
        assert target.state == "unconfirmed"
