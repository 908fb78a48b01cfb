"""Meta under faults: interrupted uploads, limits, and commits whose answer is lost, for each kind of post."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from core import clock
from jobs.testing import drain
from publishing.engine import rate_slots
from publishing.models import Attempt, PostTarget
from publishing.platforms.facebook.adapter import Facebook
from publishing.services import schedule
from tests import factories
from tests.publishing.conftest import picture

pytestmark = pytest.mark.slow


def steps(target: PostTarget) -> list[str]:
    return list(Attempt.objects.filter(target=target).order_by("id").values_list("step", flat=True))


KINDS = {
    "text": ("feed.publish", lambda room: []),
    "photos": ("feed.publish", lambda room: [picture(room, 1), picture(room, 2)]),
}


@pytest.mark.parametrize("kind", sorted(KINDS))
class TestFacebookPosts:
    """A post without a session of our own: only the Page's list can say."""

    def test_an_answer_lost_after_the_post_is_found_in_the_list(
        self, box: Any, connect: Any, publish: Any, in_workspace: SimpleNamespace, kind: str
    ) -> None:
        step, files = KINDS[kind]
        account = connect("facebook")
        box.fault("reset_after", platform="facebook", step=step)
        target = publish(account, text="Only once", media=files(in_workspace.workspace))
        assert (target.state, target.external_id) == ("published", box.live("facebook")[0]["id"])
        assert steps(target).count("post") == 1
        assert len(box.live("facebook")) == 1

    def test_a_post_that_did_not_arrive_is_sent_again_after_three_looks_over_ten_minutes(
        self, box: Any, connect: Any, publish: Any, in_workspace: SimpleNamespace, kind: str
    ) -> None:
        step, files = KINDS[kind]
        account = connect("facebook")
        box.fault("reset_before", platform="facebook", step=step)
        target = publish(account, text="Only once", media=files(in_workspace.workspace))
        assert target.state == "published"
        names = steps(target)
        assert (names.count("post"), names.count("reconcile")) == (2, 3)
        assert len(box.live("facebook")) == 1

    def test_a_list_that_hides_it_makes_no_second_post(
        self,
        box: Any,
        connect: Any,
        publish: Any,
        in_workspace: SimpleNamespace,
        monkeypatch: pytest.MonkeyPatch,
        kind: str,
    ) -> None:
        step, files = KINDS[kind]
        account = connect("facebook")
        box.fault("reset_after", platform="facebook", step=step)
        real, looks = Facebook._listed, iter(range(3))
        monkeypatch.setattr(Facebook, "_listed", lambda *args: [] if next(looks, None) is not None else real(*args))
        target = publish(account, text="Only once", media=files(in_workspace.workspace))
        assert (target.state, target.external_id) == ("published", box.live("facebook")[0]["id"])
        names = steps(target)
        assert (names.count("post"), names[-1]) == (2, "find")
        assert len(box.live("facebook")) == 1


class TestInterruptedUploads:
    @pytest.mark.parametrize("kind", ["reset_before", "reset_after", "error_before", "error_after"])
    def test_a_facebook_reel_asks_how_much_arrived(self, box: Any, connect: Any, publish: Any, kind: str) -> None:
        account = connect("facebook")
        box.fault(kind, platform="facebook", step="upload.transfer")
        target = publish(account)
        assert target.state == "published"
        names = steps(target)
        assert names[names.index("transfer") + 1] == "probe"
        assert (names.count("start"), names.count("finish")) == (1, 1)
        assert box.live("facebook")[0]["media_sha256"] == target.spec["media"][0]["sha256"]

    @pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
    def test_an_instagram_container_whose_upload_broke_is_left_behind(
        self, box: Any, connect: Any, publish: Any, kind: str
    ) -> None:
        account = connect("instagram", login="facebook")
        box.fault(kind, platform="instagram", step="upload.transfer")
        target = publish(account)
        assert target.state == "published"
        assert (steps(target).count("container"), steps(target).count("publish")) == (2, 1)
        assert len(box.live("instagram")) == 1

    @pytest.mark.parametrize(("kind", "starts"), [("reset_before", 1), ("reset_after", 2)])
    def test_a_piece_of_a_facebook_video_is_sent_again_or_the_upload_starts_again(
        self, box: Any, connect: Any, publish: Any, kind: str, starts: int
    ) -> None:
        account = connect("facebook")
        box.fault(kind, platform="facebook", step="video.transfer")
        target = publish(account, facebook={"video_as": "video"})
        assert (target.state, steps(target).count("start")) == ("published", starts)
        assert len(box.live("facebook")) == 1


class TestEnds:
    def test_a_container_that_fails_is_made_again(self, box: Any, connect: Any, publish: Any) -> None:
        account = connect("instagram")
        box.fault("processing_failed", platform="instagram", step="container.create")
        target = publish(account)
        assert (target.state, steps(target).count("container")) == ("published", 2)

    def test_a_reel_that_facebook_cannot_use_fails_with_the_reason(
        self, box: Any, connect: Any, publish: Any, in_workspace: SimpleNamespace
    ) -> None:
        short = factories.tiny_mp4(seconds=2.0, width=540, height=960, audio=False).read_bytes()
        file = factories.make_media(
            in_workspace.workspace,
            data=short,
            content_type="video/mp4",
            width=540,
            height=960,
            duration_s=4.0,
            fps=25.0,
        )
        target = publish(connect("facebook"), media=[file])
        assert (target.state, target.error_code) == ("failed", "unsupported_format")
        assert box.live("facebook") == []


class TestLimits:
    def test_instagrams_own_count_is_asked_before_anything_is_prepared(
        self, box: Any, connect: Any, publish: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("instagram")
        box.set(instagram__posts_per_day=1)
        assert publish(account, text="One").state == "published"
        post = make_post(account, text="Two")
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.wait_reason) == ("waiting", "quota")
        assert target.next_at == clock.now() + timedelta(hours=1)
        assert len(box.calls("instagram", "container.create")) == 1
        drain(advance=True, until=clock.now() + timedelta(hours=26))
        target.refresh_from_db()
        assert target.state == "published"

    def test_an_allowance_that_is_nearly_used_up_rests(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("facebook")
        until = clock.now() + timedelta(minutes=7)
        rate_slots.rest("facebook", str(account.grant_id), until)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.wait_reason, target.next_at) == ("waiting", "rate", until)
        assert not box.calls("facebook", "reel.start")
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"
