"""The way of a reading: offline, and with Gemini against a local server that speaks its wire format."""

import json
import socket

import pytest

from ai.models import LedgerEntry, ResponseTemplate
from core import clock
from core.errors import Conflict, NotFound, PermissionDenied
from core.ids import uuid7
from jobs.models import Job
from jobs.testing import drain
from patterns import selectors, services
from patterns.models import FormerAnalysis, Meaning, Pattern, PatternScore
from tests import factories
from videos.models import Video

GOOD = {
    "hook_style": {"value": "demonstration", "confidence_p": 0.9,
                   "cites": [{"time_s": 0.4, "channel": "picture", "what": "A hand opens the box."}]},
    "topic": {"value": "home", "confidence_p": 0.8, "words": "Tidying a drawer",
              "cites": [{"time_s": 1.0, "channel": "picture", "what": "A drawer."}]},
    "emotion": {"value": "joy", "confidence_p": 0.6,
                "cites": [{"time_s": 1.2, "channel": "picture", "what": "A smile."},
                          {"time_s": 40.0, "channel": "picture", "what": "Laughing."}]},
    "call_to_action": {"value": "follow", "confidence_p": 0.7, "words": "Follow",
                       "cites": [{"time_s": 1.0, "channel": "speech", "what": "She says: follow."}]},
    "overlay_style": None,
    "structure": {"value": "single_shot", "confidence_p": 0.7, "parts": [],
                  "cites": [{"time_s": 0.0, "channel": "picture", "what": "No cut."}]},
    "summary": "The box makes one look.",
}  # fmt: skip
FACTS = {
    "engine_version": "9", "duration_s": 2.0, "has_audio": True, "cuts": [{"time_s": 1.0, "confidence": 1.0}],
    "hook": {"window_s": 2.0, "first_cut_s": 1.0}, "speech": [], "silences": [], "shots": [],
    "layers": {"cuts": {"status": "ok"}},
}  # fmt: skip


@pytest.fixture
def video(in_workspace):
    video = factories.make_video(in_workspace.workspace)
    factories.make_analysis(video, features=FACTS)
    return video


@pytest.fixture
def gemini(vendor, env):
    """Gemini by key, at the local server."""
    env(GEMINI_API_KEY="g-key", GEMINI_BASE_URL=vendor.url, AI_TIMEOUT_S=60.0)
    vendor.replies = [{"text": json.dumps(GOOD)}]
    return vendor


def read(cast, video) -> Job:
    services.read_meaning(actor=cast.alice_actor, video_id=video.pk)
    (job,) = drain(kind="patterns.meaning")
    return job


class TestGood:
    def test_claims_stand_beside_facts_and_others_fall(self, in_workspace, video, gemini):
        job = read(in_workspace, video)
        assert (job.status, job.result) == ("done", {"dropped": 4, "source": "model"})
        meaning = Meaning.objects.get()
        assert (meaning.state, meaning.source, meaning.provider, meaning.model) == (
            "done", "model", "gemini", "gemini-test-001",
        )  # fmt: skip
        patterns = {row.type: row for row in Pattern.objects.filter(source="model")}
        assert set(patterns) == {"hook_style", "topic", "emotion"}
        assert patterns["topic"].evidence["words"] == "Tidying a drawer"
        assert patterns["emotion"].evidence["times_s"] == [1.2]
        why = {one["claim"]: one["why"] for one in meaning.dropped}
        assert why["structure"] == "1 cut was measured."
        assert why["emotion"] == "The video ends at 2.0 s."
        assert len(meaning.dropped) == 4
        assert Pattern.objects.filter(source="measured").count() == 2
        assert Video.objects.get().status == "processed"

    def test_pictures_facts_and_results_are_sent(self, in_workspace, video, gemini):
        run = uuid7()
        PatternScore.objects.create(
            workspace_id=video.workspace_id, platform="tiktok", type="cut_frequency", level="fast", score=81.0,
            sample_size=40, run_id=run, as_of=clock.now(),
        )  # fmt: skip
        read(in_workspace, video)
        (request,) = gemini.requests
        assert request["path"].endswith(":generateContent")
        assert "gemini-3.5-flash" in request["path"]
        text, *images = request["body"]["contents"][0]["parts"]
        told = json.loads(text["text"])
        assert told["facts"]["cuts"] == FACTS["cuts"]
        assert told["performance"] == [
            {"pattern": "cut_frequency", "level": "fast", "platform": "tiktok", "score": 81.0, "sample_size": 40}
        ]
        assert [frame["time_s"] for frame in told["frames"]] == [0.0]
        assert len(images) == 1
        assert "image/jpeg" in images[0]["inlineData"].values()
        assert "jpeg" not in text["text"]
        assert request["body"]["generationConfig"]["responseMimeType"] == "application/json"
        assert Meaning.objects.get().frames == 1

    def test_the_same_file_is_not_asked_about_twice(self, in_workspace, video, gemini):
        read(in_workspace, video)
        read(in_workspace, video)
        assert len(gemini.requests) == 1
        assert Meaning.objects.get().is_stored
        assert list(LedgerEntry.objects.order_by("id").values_list("purpose", "cached")) == [
            ("video_meaning", False), ("video_meaning", True),
        ]  # fmt: skip
        assert "jpeg" not in str(ResponseTemplate.objects.get().request)

    def test_another_measurement_or_file_is_asked_about(self, in_workspace, video, gemini):
        read(in_workspace, video)
        video.analysis.engine_version = "10"
        video.analysis.save()
        read(in_workspace, video)
        video.media.sha256 = "f" * 64
        video.media.save()
        read(in_workspace, video)
        assert len(gemini.requests) == 3

    def test_a_former_reading_is_kept_for_comparison(self, in_workspace, video, gemini):
        read(in_workspace, video)
        ResponseTemplate.objects.all().delete()
        gemini.replies = [{"text": json.dumps({**GOOD, "topic": {**GOOD["topic"], "value": "food"}})}]
        read(in_workspace, video)
        former = FormerAnalysis.objects.get()
        assert (former.part, former.made_by) == ("meaning", "gemini-test-001")
        assert {row["type"]: row["bucket"] for row in former.patterns}["topic"] == "home"
        assert Pattern.objects.get(type="topic").bucket == "food"


class TestBad:
    def failed(self, cast, video) -> Meaning:
        job = read(cast, video)
        assert job.status == "failed"
        meaning = Meaning.objects.get()
        assert (meaning.state, meaning.error) == ("failed", job.error_message)
        assert Video.objects.get().status == "processed"
        assert Pattern.objects.filter(source="measured").count() == 2
        return meaning

    def waits(self, cast, video) -> Meaning:
        job = read(cast, video)
        assert job.status not in ("done", "failed")
        meaning = Meaning.objects.get()
        assert meaning.state == "running"
        return meaning

    def test_an_answer_that_cannot_be_used(self, in_workspace, video, gemini):
        gemini.replies = [{"text": json.dumps({**GOOD, "emotion": {**GOOD["emotion"], "value": "zeal"}})}]
        meaning = self.failed(in_workspace, video)
        assert "cannot be used, twice" in meaning.error
        assert len(gemini.requests) == 2
        assert "emotion.value" in str(gemini.requests[1]["body"])
        assert LedgerEntry.objects.get().outcome == "invalid"

    def test_one_repair_is_enough(self, in_workspace, video, gemini):
        gemini.replies = [{"text": "Sure! Here it is"}, {"text": json.dumps(GOOD)}]
        assert read(in_workspace, video).status == "done"
        assert LedgerEntry.objects.get().outcome == "repaired"

    def test_a_refusal_is_final(self, in_workspace, video, gemini):
        gemini.replies = [{"text": "", "finish": "SAFETY"}]
        meaning = self.failed(in_workspace, video)
        assert "declined" in meaning.error
        assert meaning.error_code == "ai_refused"

    def test_a_throttled_model_is_asked_when_it_says(self, in_workspace, video, gemini):
        gemini.replies = [{"status": 429, "headers": {"retry-after": "7"}}]
        meaning = self.waits(in_workspace, video)
        assert "Try again in 7 s" in meaning.error
        wait = (Job.objects.get().run_at - clock.now()).total_seconds()
        assert 0 < wait <= 8

    def test_a_model_with_a_problem_is_asked_later(self, in_workspace, video, gemini):
        gemini.replies = [{"status": 503}]
        assert "has a problem" in self.waits(in_workspace, video).error
        assert len(gemini.requests) == 2

    def test_silence_ends_at_the_timeout(self, in_workspace, video, env):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            env(GEMINI_API_KEY="k", GEMINI_BASE_URL=f"http://127.0.0.1:{silent.getsockname()[1]}", AI_TIMEOUT_S=0.3)
            assert "did not answer in time" in self.waits(in_workspace, video).error

    def test_what_a_former_reading_said_stays(self, in_workspace, video, gemini):
        read(in_workspace, video)
        ResponseTemplate.objects.all().delete()
        gemini.replies = [{"text": "", "finish": "SAFETY"}]
        self.failed(in_workspace, video)
        assert Pattern.objects.filter(source="model").count() == 3
        assert Meaning.objects.get().answer["summary"] == GOOD["summary"]

    def test_a_spent_budget(self, in_workspace, video, gemini, env):
        env(AI_MONTHLY_BUDGET_USD=0.01, AI_PRICES={"gemini-3.5-flash": [1, 1], "gemini-test-001": [1, 1]})
        LedgerEntry.objects.create(
            workspace_id=video.workspace_id, purpose="x", provider="gemini", cost_micro_usd=20_000, outcome="ok",
            at=clock.now(),
        )  # fmt: skip
        assert "budget" in self.failed(in_workspace, video).error
        assert gemini.requests == []

    def test_pictures_that_cannot_be_read(self, in_workspace, gemini):
        media = factories.make_media(in_workspace.workspace, data=factories.tiny_mp4().read_bytes()[:600])
        media.original_name = "clip.mp4"
        media.save()
        video = factories.make_video(in_workspace.workspace, media=media)
        factories.make_analysis(video, features=FACTS)
        assert self.failed(in_workspace, video).error_code == "frames_failed"


class TestOffline:
    def test_it_is_derived_and_says_so(self, in_workspace, video, env):
        assert read(in_workspace, video).status == "done"
        meaning = Meaning.objects.get()
        assert (meaning.source, meaning.provider, meaning.frames) == ("derived", "offline", 0)
        assert set(Pattern.objects.filter(source="derived").values_list("type", flat=True)) <= {
            "hook_style", "structure", "overlay_style",
        }  # fmt: skip
        assert LedgerEntry.objects.get().offline

    def test_a_measurement_is_followed_by_a_reading(self, in_workspace, env):
        video = factories.make_video(in_workspace.workspace)
        services.analyze(actor=in_workspace.alice_actor, video_id=video.pk)
        drain()
        assert list(Job.objects.order_by("id").values_list("kind", "status")) == [
            ("patterns.analyse", "done"), ("patterns.meaning", "done"),
        ]  # fmt: skip
        assert Meaning.objects.get().engine_version


class TestWho:
    def test_permission_tenancy_and_order(self, cast):
        video = factories.make_video(cast.workspace)
        with pytest.raises(Conflict, match="Analyse this video first"):
            services.read_meaning(actor=cast.alice_actor, video_id=video.pk)
        factories.make_analysis(video, features=FACTS)
        with pytest.raises(PermissionDenied):
            services.read_meaning(actor=cast.victor_actor, video_id=video.pk)
        with pytest.raises(NotFound):
            services.read_meaning(actor=cast.charlie_actor, video_id=video.pk)
        assert (Job.objects.count(), Meaning.objects.count()) == (0, 0)
        first = services.read_meaning(actor=cast.bob_actor, video_id=video.pk)
        assert services.read_meaning(actor=cast.bob_actor, video_id=video.pk).pk == first.pk
        assert selectors.meaning_of(cast.charlie_actor, video.pk) is None

    def test_a_video_deleted_meanwhile(self, in_workspace, video, env):
        services.read_meaning(actor=in_workspace.alice_actor, video_id=video.pk)
        Video.objects.update(deleted_at=clock.now())
        (job,) = drain()
        assert (job.status, job.error_code) == ("failed", "not_found")


def test_former_measurements_are_kept_newest_five(in_workspace, facts):
    video = factories.make_video(in_workspace.workspace, status="processing", stage="measure")
    for number in range(8):
        facts["engine_version"] = str(number)
        services.record(workspace_id=video.workspace_id, video_id=video.pk, features=facts)
    kept = FormerAnalysis.objects.filter(part="facts").order_by("id")
    assert list(kept.values_list("made_by", flat=True)) == ["2", "3", "4", "5", "6"]
    assert {row["type"] for row in kept.last().patterns} >= {"cut_frequency", "duration"}
