"""A commit that never arrived, as each platform shows it: repeated soon and once; and what a person reads meanwhile."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from core import clock
from jobs.testing import drain
from publishing.models import Attempt, PostTarget
from publishing.platforms.base import Accepted, Checkpoint, NotThere, Unknown
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.facebook import status as facebook
from publishing.platforms.facebook.adapter import Facebook
from publishing.platforms.tiktok.adapter import TikTok
from publishing.platforms.youtube.adapter import YouTube
from publishing.services import schedule, targets
from tests.publishing.conftest import COMMIT, WAY, picture
from tests.publishing.test_crashes import PowerCut, die, run_on
from tests.publishing.test_engine import EVERY, LAST

pytestmark = pytest.mark.slow

NOTHING_DONE = ["error_before", "reset_before"]
FINISH = {"reel": "reel.publish", "video": "video.publish"}


def steps(target: PostTarget) -> list[str]:
    return list(Attempt.objects.filter(target=target).order_by("id").values_list("step", flat=True))


def start(actor: Any, post: Any) -> PostTarget:
    """Send a post, and run its jobs as far as they go without waiting."""
    schedule.publish_now(actor=actor, post_id=post.pk)
    drain()
    return PostTarget.objects.get(post=post)


def fresh(target: PostTarget) -> PostTarget:
    return PostTarget.objects.select_related("account", "post").get(pk=target.pk)


@pytest.mark.parametrize("early", [False, True], ids=["processed after finish", "processed before finish"])
@pytest.mark.parametrize("kind", ["reel", "video"])
class TestFacebookDraft:
    """Facebook may have processed a video that was never finished: uploaded, processed, and still a draft."""

    @pytest.mark.parametrize("fault", [*NOTHING_DONE, "timeout_before"])
    def test_a_lost_finish_is_repeated_for_the_same_video_within_a_minute(
        self, box: Any, connect: Any, publish: Any, early: bool, kind: str, fault: str
    ) -> None:
        account = connect("facebook")
        box.set(facebook__process_before_finish=early)
        box.fault(fault, platform="facebook", step=FINISH[kind], seconds=0)
        began = clock.now()
        target = publish(account, facebook={"video_as": kind})
        assert target.state == "published"
        assert clock.now() - began < timedelta(minutes=1)
        assert (steps(target).count("start"), steps(target).count("finish")) == (1, 2)
        assert target.external_id == box.live("facebook")[0]["data"]["video_id"]
        assert len(box.live("facebook")) == 1

    @pytest.mark.parametrize("fault", ["error_after", "reset_after"])
    def test_a_finish_whose_answer_alone_was_lost_is_not_repeated(
        self, box: Any, connect: Any, publish: Any, early: bool, kind: str, fault: str
    ) -> None:
        account = connect("facebook")
        box.set(facebook__process_before_finish=early)
        box.fault(fault, platform="facebook", step=FINISH[kind])
        target = publish(account, facebook={"video_as": kind})
        assert (target.state, steps(target).count("finish")) == ("published", 1)
        assert len(box.live("facebook")) == 1

    def test_a_process_that_died_before_the_finish_goes_on_by_itself(
        self,
        box: Any,
        connect: Any,
        make_post: Any,
        in_workspace: SimpleNamespace,
        monkeypatch: pytest.MonkeyPatch,
        early: bool,
        kind: str,
    ) -> None:
        account = connect("facebook")
        box.set(facebook__process_before_finish=early)
        post = make_post(account, facebook={"video_as": kind})
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        target = PostTarget.objects.get(post=post)
        with monkeypatch.context() as patched:
            die(patched, Facebook(), "finish", after=False)
            with pytest.raises(PowerCut):
                run_on(target)
        drain(advance=True)
        assert (fresh(target).state, len(box.live("facebook"))) == ("published", 1)

    def test_a_draft_that_was_taken_for_sent_is_finished_too(
        self, box: Any, connect: Any, publish: Any, monkeypatch: pytest.MonkeyPatch, early: bool, kind: str
    ) -> None:
        account = connect("facebook")
        box.set(facebook__process_before_finish=early)
        box.fault("reset_before", platform="facebook", step=FINISH[kind])
        accepted = lambda self, session, spec, checkpoint: Accepted(checkpoint.with_data(sent=True))  # noqa: E731
        monkeypatch.setattr(Facebook, "reconcile", accepted)
        target = publish(account, facebook={"video_as": kind})
        assert (target.state, len(box.live("facebook"))) == ("published", 1)


class TestWhatFacebookSays:
    def node(self, processing: str, publishing: dict[str, Any] | None, video: str = "upload_complete") -> Any:
        phases = {"processing_phase": {"status": processing}, "publishing_phase": publishing}
        return {"status": {"video_status": video, "uploading_phase": {"status": "complete"}, **phases}}

    @pytest.mark.parametrize(
        ("processing", "publishing", "expected"),
        [
            ("not_started", {"status": "not_started", "publish_status": "draft"}, NotThere),
            ("complete", {"status": "not_started", "publish_status": "draft"}, NotThere),
            # While it processes, a finished video looks like this too.
            ("in_progress", {"status": "not_started", "publish_status": "draft"}, Unknown),
            ("complete", {"status": "in_progress", "publish_status": "draft"}, Accepted),
            ("complete", {"status": "not_started", "publish_status": "scheduled"}, Accepted),
            ("complete", None, Accepted),
        ],
    )
    def test_only_a_draft_whose_processing_rests_was_not_finished(
        self, monkeypatch: pytest.MonkeyPatch, processing: str, publishing: dict[str, Any] | None, expected: type
    ) -> None:
        found = self.node(processing, publishing)
        monkeypatch.setattr(Facebook, "_video", lambda *_: found)
        spec: Any = SimpleNamespace(video=object())
        finding = Facebook().reconcile(spec, spec, Checkpoint({"video_id": "1"}))
        assert isinstance(finding, expected)
        assert not isinstance(finding, NotThere) or finding.complete

    def test_a_refused_repetition_ends_with_facebooks_words_instead_of_a_day_of_waiting(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = self.node("complete", {"status": "not_started", "publish_status": "draft"}, "ready")
        monkeypatch.setattr(Facebook, "_video", lambda *_: found)
        checkpoint = Checkpoint({"video_id": "1", "sent": True, "refusal": "Facebook says no."})

        nothing: Any = None

        def look_for(looks: int) -> None:
            onward = checkpoint
            for _ in range(looks):
                onward = Facebook()._status(nothing, nothing, onward).checkpoint

        look_for(15)  # a video that was published after all may need a while to show
        with pytest.raises(PlatformError) as refused:
            look_for(30)
        assert (refused.value.sentence, refused.value.dead) == ("Facebook says no.", True)

    def test_a_ready_draft_is_not_live(self) -> None:
        found = self.node("complete", {"status": "not_started", "publish_status": "draft"}, "ready")
        assert not facebook.published(found)
        assert facebook.unfinished(found)


class TestOthers:
    def test_an_upload_that_youtube_has_not_made_a_video_of_is_asked_about_and_nothing_is_sent(
        self, box: Any, connect: Any, publish: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, held_back = YouTube._put, iter(range(3))

        def put(self: Any, session: Any, checkpoint: Any, content_range: str, **more: Any) -> Any:
            answer = real(self, session, checkpoint, content_range, **more)
            if answer.status in (200, 201) and next(held_back, None) is not None:
                size = checkpoint.get("size")
                return type(answer)(308, {"range": f"bytes=0-{size - 1}"}, b"")
            return answer

        monkeypatch.setattr(YouTube, "_put", put)
        target = publish(connect("youtube"))
        assert (target.state, steps(target).count("last_chunk")) == ("published", 1)
        assert len(box.live("youtube")) == 1

    def test_a_refused_question_about_a_sent_post_does_not_make_it_failed(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        post = make_post(connect("tiktok"))
        odd = PlatformError(ErrorKind.REJECTED, "TikTok refused this post: unknown field", code="invalid_params")

        def ask(*_: Any) -> Any:
            raise odd

        with monkeypatch.context() as patched:
            patched.setattr(TikTok, "_status", ask)
            target = start(in_workspace.alice_actor, post)
            assert (target.state, target.committed) == ("unconfirmed", True), "trying again would send it twice"
            assert "TikTok took this" in target.error_sentence
        drain(advance=True)
        assert (fresh(target).state, len(box.live("tiktok"))) == ("published", 1)

    @pytest.mark.parametrize("platform", ["twitter", "linkedin", "facebook"])
    def test_a_list_that_lags_makes_no_second_post(self, box: Any, connect: Any, publish: Any, platform: str) -> None:
        account = connect(platform, **WAY.get(platform, {}))
        box.set(**{f"{'x' if platform == 'twitter' else platform}__listing_lag_s": 25})
        step = {"facebook": "feed.publish"}.get(platform, LAST[platform])
        box.fault("error_after", platform=platform, step=step, status=503)
        target = publish(account, text="Words alone", media=[])
        assert (target.state, len(box.live(platform))) == ("published", 1)
        assert box.control("counts")["totals"]["refused_duplicates"] == 0


class TestAfterThePlatformsTrouble:
    """A platform that answers 503 to everything, and then works again."""

    @pytest.mark.parametrize("platform", EVERY)
    def test_the_words_are_true_and_the_post_goes_on_within_two_minutes_of_its_end(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace, platform: str
    ) -> None:
        account = connect(platform, **WAY.get(platform, {}))
        box.fault("error_before", platform=platform, step=LAST[platform], status=503, times=1)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        for _ in range(200):
            drain()
            target = PostTarget.objects.select_related("account").get(post=post)
            if target.state == "unconfirmed" or Attempt.objects.filter(outcome="refused").exists():
                break
            clock.advance(timedelta(seconds=2))
        commit = Attempt.objects.get(step=COMMIT[platform], outcome="refused")
        assert "answered with an error of its own (503)" in commit.sentence
        assert "never came" not in commit.sentence
        assert "nothing twice" in commit.sentence
        began = clock.now()
        drain(advance=True, until=began + timedelta(minutes=2))
        assert (fresh(target).state, len(box.live(platform))) == ("published", 1)

    def test_half_an_hour_of_trouble_is_over_a_minute_after_its_end(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("tiktok")
        box.fault("error_before", platform="tiktok", step="upload.chunk", status=503, times=10_000)
        box.fault("error_before", platform="tiktok", step="status", status=503, times=10_000)
        target = start(in_workspace.alice_actor, make_post(account))
        drain(advance=True, until=clock.now() + timedelta(minutes=20))
        assert fresh(target).state == "unconfirmed"
        box.http.delete(f"{box.base}/_control/faults")
        drain(advance=True, until=clock.now() + timedelta(minutes=1, seconds=30))
        assert fresh(target).state == "published"

    def test_a_gateway_that_gave_up_waiting_counts_as_silence(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("twitter")
        box.fault("error_before", platform="twitter", step="tweet.create", status=504)
        target = start(in_workspace.alice_actor, make_post(account, media=[]))
        drain(advance=True, until=clock.now() + timedelta(minutes=9))
        assert (fresh(target).state, steps(target).count("post")) == ("unconfirmed", 1)

    def test_a_post_that_was_interrupted_on_our_side_does_not_blame_the_platform(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        post = make_post(connect("tiktok"))
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        target = PostTarget.objects.get(post=post)
        with monkeypatch.context() as patched:
            die(patched, TikTok(), "last_chunk", after=True)
            with pytest.raises(PowerCut):
                run_on(target)
        box.fault("error_before", platform="tiktok", step="status", times=1)
        drain()
        assert "Our side was interrupted" in fresh(target).error_sentence


class TestNobodyCanBeAsked:
    """Where a platform will never say, half an hour of looking would be a pretence."""

    @pytest.mark.parametrize("fault", ["reset_after", "error_before"])
    def test_a_linkedin_profile_is_asked_about_at_once_and_looked_at_once(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace, fault: str
    ) -> None:
        account = connect("linkedin")
        box.fault(fault, platform="linkedin", step="post.create")
        target = start(in_workspace.alice_actor, make_post(account, media=[]))
        assert target.waits_for_answer
        assert target.error_sentence.startswith("LinkedIn shows no app the posts of a profile, so only you can see it.")
        assert "paste its link" in target.error_sentence
        drain(advance=True, until=clock.now() + timedelta(hours=30))
        assert steps(target) == ["post", "reconcile"]

    def test_tiktok_photos_without_their_number_too(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("tiktok")
        box.fault("reset_after", platform="tiktok", step="content.init")
        post = make_post(account, media=[picture(in_workspace.workspace)], tiktok={"auto_add_music": False})
        target = start(in_workspace.alice_actor, post)
        drain(advance=True, until=clock.now() + timedelta(minutes=2))
        assert fresh(target).waits_for_answer

    def test_an_upload_that_youtube_forgot_too(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("youtube")
        box.set(youtube__session_ttl_s=2)
        box.fault("error_before", platform="youtube", step="upload.chunk", times=2)
        target = start(in_workspace.alice_actor, make_post(account))
        drain(advance=True, until=clock.now() + timedelta(minutes=1))
        assert fresh(target).waits_for_answer


class TestSentencesSayWhatFollows:
    def test_a_connection_lost_while_looking_promises_no_publishing(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("youtube")
        box.fault("reset_after", platform="youtube", step="upload.chunk")
        box.fault("token_revoked", platform="youtube", step="upload.chunk")
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(minutes=2))
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.committed) == ("action_required", True)
        assert "publish automatically" not in target.error_sentence
        assert "we look whether it is live and send nothing twice" in target.error_sentence
        box.fault("error_before", platform="youtube", step="upload.chunk", times=3)
        clock.advance(timedelta(seconds=1))
        connect("youtube")
        drain()
        target = fresh(target)
        assert target.state == "unconfirmed"
        assert target.error_code == "unconfirmed"
        assert target.error_sentence.startswith("This was sent to YouTube already. We are checking")
        drain(advance=True)
        assert (fresh(target).state, len(box.live("youtube"))) == ("published", 1)

    def test_a_piece_that_starts_the_upload_again_is_no_refusal_of_the_post(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("facebook")
        box.fault("reset_after", platform="facebook", step="video.transfer")
        target = start(in_workspace.alice_actor, make_post(account, facebook={"video_as": "video"}))
        clock.advance(timedelta(minutes=1))
        drain()
        target = fresh(target)
        assert target.state == "waiting"
        assert target.error_sentence == (
            "Facebook takes no more parts of this upload. We'll retry automatically. You can also retry manually."
        )
        drain(advance=True)
        assert fresh(target).state == "published"

    def test_what_was_given_up_does_not_say_that_it_is_retried(self, box: Any, connect: Any, publish: Any) -> None:
        account = connect("tiktok")
        box.fault("error_before", platform="tiktok", step="creator_info", times=4)
        target = publish(account)
        assert target.state == "failed"
        assert target.error_sentence == (
            "TikTok is experiencing issues. It did not work 4 times in a row, so we stopped. You can try again."
        )

    def test_trouble_while_asking_about_a_sent_post_offers_no_retry(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("tiktok")
        box.fault("error_before", platform="tiktok", step="status", times=1)
        target = start(in_workspace.alice_actor, make_post(account))
        assert (target.state, target.committed) == ("processing", True)
        assert target.error_sentence.endswith("It was sent already, so we keep checking its status.")

    def test_the_second_suspicion_of_spam_says_that_the_post_waits_for_the_person(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("tiktok")
        box.fault("spam_hold", platform="tiktok", step="video.init", times=2)
        target = start(in_workspace.alice_actor, make_post(account))
        assert (target.state, target.wait_reason) == ("waiting", "hold")
        drain(advance=True, until=clock.now() + timedelta(hours=13))
        target = fresh(target)
        assert target.state == "action_required"
        assert "until you press “Try again”" in target.error_sentence
        clock.advance(timedelta(hours=13))
        targets.retry(actor=in_workspace.alice_actor, post_id=target.post_id, target_id=target.pk)
        drain(advance=True)
        assert fresh(target).state == "published"


class TestOldErrors:
    def test_an_error_is_gone_as_soon_as_the_post_moves_again(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        """The step that succeeds next is a look at the platform's work, which merely says: wait."""
        account = connect("youtube")
        box.set(youtube__processing_s=3600)
        box.fault("error_before", platform="youtube", step="videos.list")
        target = start(in_workspace.alice_actor, make_post(account))
        assert target.error_code == "transient"
        clock.advance(timedelta(minutes=1))
        drain()
        target = fresh(target)
        assert (target.state, target.transient_count) == ("processing", 0)
        assert (target.error_code, target.error_sentence, target.error_words) == ("", "", "")
