"""What the engine does with faults: retries where they heal, looks before it repeats, never sends twice."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from jobs.testing import drain
from publishing.models import Attempt, PostTarget
from publishing.services import schedule, targets
from tests.publishing.conftest import COMMIT, WAY, portrait

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

BIG = 12_000_000
BOTH = ["tiktok", "youtube"]
EVERY = [*BOTH, "twitter", "linkedin", "instagram", "facebook"]
# Steps by the sandbox's names: the one that commits, the first one, a look at the platform's work.
LAST = {
    "tiktok": "upload.chunk", "youtube": "upload.chunk", "twitter": "tweet.create", "linkedin": "post.create",
    "instagram": "media.publish", "facebook": "reel.publish",
}  # fmt: skip
FIRST = {
    "tiktok": "creator_info", "youtube": "upload.start", "twitter": "media.initialize", "linkedin": "video.upload",
    "instagram": "publishing_limit", "facebook": "reel.start",
}  # fmt: skip
POLL = {
    "tiktok": "status", "youtube": "videos.list", "twitter": "media.status", "linkedin": "video.status",
    "instagram": "node", "facebook": "node",
}  # fmt: skip


def steps(target: PostTarget) -> list[tuple[str, str]]:
    return list(Attempt.objects.filter(target=target).order_by("id").values_list("step", "outcome"))


def fresh(target: PostTarget) -> PostTarget:
    return PostTarget.objects.select_related("account", "post").get(pk=target.pk)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """TikTok's chunks at their least size, so that small files have several."""
    monkeypatch.setattr("publishing.platforms.tiktok.limits.WHOLE_UP_TO", 1)
    monkeypatch.setattr("publishing.platforms.tiktok.limits.CHUNK", 5_000_000)


class TestReceipts:
    def test_tiktok_in_chunks_leaves_a_receipt_for_every_call(
        self, box: Any, connect: Any, publish: Any, in_workspace: Any, small_chunks: None
    ) -> None:
        target = publish(connect("tiktok"), media=portrait(in_workspace.workspace, BIG))
        assert target.state == "published"
        assert [name for name, _ in steps(target)][:5] == ["creator_info", "init", "chunk", "last_chunk", "status"]
        commits = Attempt.objects.filter(target=target, effect="commit")
        assert [row.step for row in commits] == ["last_chunk"]
        assert not Attempt.objects.filter(completed_at=None).exists()
        calls = box.calls("tiktok", "upload.chunk")
        assert [call["status"] for call in calls] == [201, 206]
        assert not any(call["note"] for call in calls), "no bearer token may reach the upload host"

    def test_youtube_in_chunks_continues_at_the_offset(
        self, box: Any, connect: Any, publish: Any, in_workspace: Any
    ) -> None:
        box.fault("reset_before", platform="youtube", step="upload.chunk")
        target = publish(connect("youtube"), media=portrait(in_workspace.workspace, BIG))
        assert target.state == "published"
        names = [name for name, _ in steps(target)]
        assert names.count("session") == 1
        assert "probe" in names
        assert box.live("youtube")[0]["media_sha256"] == target.spec["media"][0]["sha256"]

    @pytest.mark.parametrize("platform", EVERY)
    def test_a_published_target_knows_its_link_and_keeps_no_upload_address(
        self, box: Any, connect: Any, publish: Any, platform: str
    ) -> None:
        target = publish(connect(platform, **WAY.get(platform, {})))
        assert target.permalink.startswith("https://")
        live = box.live(platform)[0]
        assert target.external_id in (live["id"], live["data"].get("video_id"))
        assert live["data"].get("shortcode", target.external_id) in target.permalink
        assert target.checkpoint_sealed == ""
        assert (target.published_at is not None, target.progress_pct, target.error_code) == (True, 100, "")


class TestHealing:
    @pytest.mark.parametrize("platform", EVERY)
    @pytest.mark.parametrize("kind", ["error_before", "reset_before", "rate_limit"])
    @pytest.mark.parametrize("which", [FIRST, POLL])
    def test_a_fault_on_a_safe_step_is_repeated(
        self, box: Any, connect: Any, publish: Any, platform: str, kind: str, which: dict[str, str]
    ) -> None:
        account = connect(platform, **WAY.get(platform, {}))
        box.fault(kind, platform=platform, step=which[platform])
        target = publish(account)
        assert target.state == "published"
        assert len(box.live(platform)) == 1

    def test_backoff_is_one_five_and_fifteen_minutes_then_it_gives_up(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        box.fault("error_before", platform="tiktok", step="creator_info", times=4)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        target = PostTarget.objects.get(post=post)
        for minutes in (1, 5, 15):
            drain()
            target = fresh(target)
            assert (target.state, target.wait_reason) == ("waiting", "retry")
            assert target.next_at == clock.now() + timedelta(minutes=minutes)
            assert "retry automatically" in target.error_sentence
            clock.advance(timedelta(minutes=minutes))
        drain()
        target = fresh(target)
        assert (target.state, target.error_code, target.post.state) == ("failed", "transient", "failed")
        assert "4 times in a row" in target.error_sentence
        assert len(box.calls("tiktok", "creator_info")) == 4

    def test_a_failed_target_starts_again_when_asked(
        self, box: Any, connect: Any, publish: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        box.fault("processing_failed", platform="tiktok", step="video.init", times=4)
        target = publish(account)
        assert (target.state, target.error_words) == ("failed", "internal")
        targets.retry(actor=in_workspace.alice_actor, post_id=target.post_id, target_id=target.pk)
        drain(advance=True)
        assert fresh(target).state == "published"
        assert len(box.live("tiktok")) == 1

    def test_an_expired_token_is_renewed_and_the_step_made_again(self, box: Any, connect: Any, publish: Any) -> None:
        account = connect("tiktok")
        before = account.grant.token_version
        box.fault("token_expired", platform="tiktok", step="video.init")
        target = publish(account)
        assert target.state == "published"
        account.grant.refresh_from_db()
        assert account.grant.token_version == before + 1
        refused = Attempt.objects.get(target=target, outcome="refused")
        assert (refused.step, refused.platform_code) == ("init", "access_token_invalid")

    def test_an_upload_address_that_ran_out_starts_again_at_step_one(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any, small_chunks: None
    ) -> None:
        account = connect("tiktok")
        box.fault("reset_before", platform="tiktok", step="upload.chunk")
        post = make_post(account, media=portrait(in_workspace.workspace, BIG))
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        clock.advance(timedelta(hours=2))
        drain(advance=True)
        target = PostTarget.objects.get(post=post)
        assert target.state == "published"
        assert [name for name, _ in steps(target)].count("init") == 2
        assert len(box.live("tiktok")) == 1


class TestMiddleOfAnUpload:
    @pytest.mark.parametrize("platform", BOTH)
    @pytest.mark.parametrize("kind", ["reset_after", "error_after", "reset_before", "error_before"])
    def test_a_part_without_an_answer_is_asked_for_before_more_is_sent(
        self, box: Any, connect: Any, publish: Any, in_workspace: Any, small_chunks: None, platform: str, kind: str
    ) -> None:
        account = connect(platform)
        box.fault(kind, platform=platform, step="upload.chunk")
        target = publish(account, media=portrait(in_workspace.workspace, BIG))
        assert target.state == "published"
        names = [name for name, _ in steps(target)]
        assert names[names.index("chunk") + 1] == "probe"
        assert names.count("last_chunk") == 1
        assert box.live(platform)[0]["media_sha256"] == target.spec["media"][0]["sha256"]
        refused = [call for call in box.calls(platform, "upload.chunk") if call["status"] in (400, 416)]
        assert not refused

    def test_a_session_that_google_forgot_starts_again(
        self, box: Any, connect: Any, publish: Any, in_workspace: Any
    ) -> None:
        box.set(youtube__session_ttl_s=30)
        box.fault("reset_before", platform="youtube", step="upload.chunk")
        target = publish(connect("youtube"), media=portrait(in_workspace.workspace, BIG))
        assert target.state == "published"
        assert [name for name, _ in steps(target)].count("session") == 2
        assert len(box.live("youtube")) == 1

    def test_a_session_forgotten_after_the_commit_proves_nothing_so_the_person_is_asked(
        self, box: Any, connect: Any, publish: Any
    ) -> None:
        account = connect("youtube")
        box.set(youtube__session_ttl_s=2)
        box.fault("error_before", platform="youtube", step="upload.chunk", times=2)
        target = publish(account)
        assert target.waits_for_answer
        assert "no longer knows the upload" in Attempt.objects.filter(step="reconcile").last().sentence
        assert [name for name, _ in steps(target)].count("last_chunk") == 1


class TestLostAnswers:
    @pytest.mark.parametrize("platform", EVERY)
    @pytest.mark.parametrize("kind", ["error_after", "reset_after"])
    def test_an_answer_lost_after_the_commit_is_found_and_never_sent_twice(
        self, box: Any, connect: Any, publish: Any, platform: str, kind: str
    ) -> None:
        account = connect(platform, **WAY.get(platform, {}))
        box.fault(kind, platform=platform, step=LAST[platform])
        target = publish(account)
        assert target.state == "published"
        assert len(box.live(platform)) == 1
        assert target.external_id in target.permalink or platform == "instagram"
        names = [name for name, _ in steps(target)]
        assert names.count(COMMIT[platform]) == 1
        assert "reconcile" in names

    @pytest.mark.parametrize("platform", EVERY)
    @pytest.mark.parametrize("kind", ["error_before", "reset_before"])
    def test_a_commit_that_did_not_arrive_is_repeated_only_after_a_certain_no(
        self, box: Any, connect: Any, publish: Any, platform: str, kind: str
    ) -> None:
        account = connect(platform, **WAY.get(platform, {}))
        box.fault(kind, platform=platform, step=LAST[platform])
        target = publish(account)
        assert target.state == "published"
        assert len(box.live(platform)) == 1
        names = [name for name, _ in steps(target)]
        assert names.index("reconcile") > names.index(COMMIT[platform])
        assert names.count(COMMIT[platform]) == 2

    def test_while_nobody_can_say_it_is_never_sent_again_and_the_person_is_asked(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        box.fault("reset_after", platform="tiktok", step="upload.chunk")
        box.fault("error_before", platform="tiktok", step="status", times=10_000)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(minutes=29))
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.asked_at) == ("unconfirmed", None)
        drain(advance=True, until=clock.now() + timedelta(minutes=3))
        target = fresh(target)
        assert target.waits_for_answer
        assert "nothing twice" in Attempt.objects.get(step="last_chunk").sentence
        assert "paste its link" in target.error_sentence
        drain(advance=True, until=clock.now() + timedelta(hours=25))
        assert Attempt.objects.filter(step="last_chunk").count() == 1
        assert len(box.live("tiktok")) == 1

    def test_the_answer_not_live_sends_again_and_the_answer_live_ends_it(
        self, box: Any, connect: Any, publish: Any, in_workspace: Any
    ) -> None:
        actor = in_workspace.alice_actor
        box.fault("error_before", platform="youtube", step="upload.chunk", times=200)
        target = publish(connect("youtube"))
        assert target.waits_for_answer
        box.http.delete(f"{box.base}/_control/faults")
        targets.resolve_not_live(actor=actor, post_id=target.post_id, target_id=target.pk)
        drain(advance=True)
        assert fresh(target).state == "published"
        assert len(box.live("youtube")) == 1

    def test_a_late_answer_of_the_platform_ends_the_question_by_itself(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        box.fault("reset_after", platform="tiktok", step="upload.chunk")
        box.fault("error_before", platform="tiktok", step="status", times=10_000)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(minutes=35))
        assert PostTarget.objects.get(post=post).waits_for_answer
        box.http.delete(f"{box.base}/_control/faults")
        drain(advance=True, until=clock.now() + timedelta(hours=2))
        assert PostTarget.objects.get(post=post).state == "published"
