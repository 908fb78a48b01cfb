"""Recording, failing, trying again; reading, comparing, finding what is alike."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from core import clock, scope
from core.child import ChildError
from core.errors import Conflict, NotFound, PermissionDenied, UnsupportedMedia, ValidationFailed
from core.ids import uuid7
from jobs import Transient
from jobs.models import Job
from jobs.testing import drain
from patterns import measuring, selectors, services
from patterns.models import Analysis, Pattern, PatternScore
from tests import factories
from videos.models import Video
from videos.services import library


@pytest.fixture
def video(in_workspace):
    return factories.make_video(in_workspace.workspace, status="processing", stage="measure")


class TestRecording:
    def test_a_measurement_becomes_patterns(self, video, facts):
        analysis = services.record(workspace_id=video.workspace_id, video_id=video.pk, features=facts)
        assert (analysis.state, analysis.engine_version, analysis.layers) == ("done", "9", facts["layers"])
        assert Pattern.objects.filter(video=video).count() == 14
        assert Video.objects.get().status == "processed"

    def test_the_next_one_replaces_it(self, video, facts):
        services.record(workspace_id=video.workspace_id, video_id=video.pk, features=facts)
        factories_row = Pattern.objects.first()
        services.record(workspace_id=video.workspace_id, video_id=video.pk, features={**facts, "cuts": []})
        assert Analysis.objects.count() == 1
        assert Pattern.objects.get(type="cut_frequency").value == 0.0
        assert not Pattern.objects.filter(pk=factories_row.pk).exists()

    def test_what_a_model_said_is_kept(self, video, facts):
        analysis = factories.make_analysis(video)
        said = Pattern.objects.create(
            workspace_id=video.workspace_id, video=video, analysis=analysis, type="motion", value=1, unit="x",
            bucket="y", source="model",
        )  # fmt: skip
        services.record(workspace_id=video.workspace_id, video_id=video.pk, features=facts)
        assert Pattern.objects.filter(pk=said.pk).exists()

    def test_a_video_deleted_meanwhile(self, in_workspace, video, facts):
        library.delete(actor=in_workspace.alice_actor, video_id=video.pk)
        assert services.record(workspace_id=video.workspace_id, video_id=video.pk, features=facts) is None
        services.fail(workspace_id=video.workspace_id, video_id=video.pk, code="x", message="y")
        assert Analysis.objects.count() == 0

    def test_failing(self, video):
        services.begin(video=video)
        services.fail(workspace_id=video.workspace_id, video_id=video.pk, code="no_frames", message="Export it again.")
        found = Video.objects.get()
        assert (found.status, found.stage, found.error, found.error_code) == (
            "failed", "measure", "Export it again.", "no_frames",
        )  # fmt: skip
        assert (Analysis.objects.get().state, Analysis.objects.get().error) == ("failed", "Export it again.")

    def test_beginning_again_keeps_the_former_facts_visible(self, video, facts):
        services.record(workspace_id=video.workspace_id, video_id=video.pk, features=facts)
        services.begin(video=video)
        assert (Analysis.objects.get().state, Analysis.objects.get().features) == ("running", facts)


class TestOrdering:
    def test_twice_is_one_job(self, in_workspace, video):
        first = services.analyze(actor=in_workspace.alice_actor, video_id=video.pk)
        assert services.analyze(actor=in_workspace.alice_actor, video_id=video.pk).pk == first.pk
        assert Job.objects.count() == 1

    def test_who_may(self, cast):
        video = factories.make_video(cast.workspace)
        with pytest.raises(PermissionDenied):
            services.analyze(actor=cast.victor_actor, video_id=video.pk)
        with pytest.raises(NotFound):
            services.analyze(actor=cast.charlie_actor, video_id=video.pk)
        assert Job.objects.count() == 0

    def test_a_file_that_is_not_ready(self, in_workspace, video):
        video.media.state = "uploading"
        video.media.save()
        with pytest.raises(Conflict, match="not ready yet"):
            services.analyze(actor=in_workspace.alice_actor, video_id=video.pk)

    @pytest.mark.parametrize("place", ["page", "console"])
    def test_trying_again_takes_up_where_it_failed(self, in_workspace, place):
        measured = factories.make_video(in_workspace.workspace, status="failed", stage="measure", error="x")
        checked = factories.make_video(in_workspace.workspace, status="failed", stage="check", error="x")
        for video in (measured, checked):
            try_again(in_workspace, place, video)
        kinds = dict(Job.objects.values_list("subject_id", "kind"))
        assert kinds == {measured.pk: "patterns.analyse", checked.pk: "videos.process"}
        assert set(Video.objects.values_list("status", flat=True)) == {"processing"}

    def test_a_subject_that_is_gone(self, in_workspace, video):
        services.analyze(actor=in_workspace.alice_actor, video_id=video.pk)
        Video.objects.update(deleted_at=clock.now())
        (job,) = drain()
        assert (job.status, job.error_code) == ("failed", "not_found")


def try_again(cast, place, video):
    """Press the button on the video's page, or take the action of the operator's console."""
    if place == "page":
        cast.browsers.alice.post(reverse("video_retry", args=[video.pk]))
    else:
        with scope.system("tests"):
            root = factories.make_user(f"{video.pk}@example.com", is_staff=True, is_superuser=True)
        chosen = {"action": "process_again", "_selected_action": [str(video.pk)]}
        factories.sign_in(root).post(reverse("admin:videos_video_changelist"), chosen)


class FakeContext(SimpleNamespace):
    """A job's context whose child says what the test wants."""

    def __init__(self, lines=(), error=None):
        super().__init__(lines=lines, error=error, seen=[])

    def progress(self, pct, stage=""):
        self.seen.append(pct)

    def without_connection(self):
        from contextlib import nullcontext

        return nullcontext()

    def run_child(self, argv, *, on_line, limits):
        self.argv = argv
        for line in self.lines:
            on_line(line)
        if self.error:
            raise self.error


class TestMeasuring:
    def test_progress_is_one_bar(self, video):
        lines = [
            {"type": "progress", "layer": "probe", "pct": 100},
            {"type": "progress", "layer": "loudness", "pct": 50},
            {"type": "progress", "layer": "hook", "pct": 100},
            {"type": "progress", "layer": "cuts", "pct": 100},
            {"type": "progress", "layer": "overlays", "pct": 100},
            {"type": "result", "features": {"engine_version": "9"}},
            {"type": "else"},
        ]
        context = FakeContext(lines)
        done = measuring.measure(context, video)
        assert done.result == {"engine_version": "9"}
        assert context.seen == sorted(context.seen)
        assert (context.seen[0], round(context.seen[-1])) == (40, 99)

    def test_the_operators_ffmpeg_is_used(self, video, settings):
        settings.FFMPEG_BINARY = "/opt/ffmpeg"
        context = FakeContext()
        measuring.measure(context, video)
        assert context.argv[-2:] == ["--ffmpeg", "/opt/ffmpeg"]

    def test_a_refusal_is_final_and_in_the_engines_words(self, video):
        lines = [{"type": "error", "code": "no_frames", "message": "It has no pictures."}]
        with pytest.raises(UnsupportedMedia, match="It has no pictures") as caught:
            measuring.measure(FakeContext(lines, ChildError("exit", "x", code=2)), video)
        assert caught.value.code == "no_frames"

    @pytest.mark.parametrize("code", ["measure_failed", "ffmpeg_missing", "measure_timeout"])
    def test_a_fault_of_the_machine_is_tried_again_and_called_so(self, video, code):
        lines = [{"type": "error", "code": code, "message": "It broke."}]
        with pytest.raises(Transient, match="fault of this machine, not of") as caught:
            measuring.measure(FakeContext(lines, ChildError("exit", "x", code=2)), video)
        assert caught.value.code == code

    def test_a_child_that_the_system_killed_is_tried_again(self, video):
        with pytest.raises(Transient, match="memory"):
            measuring.measure(FakeContext((), ChildError("exit", "x", code=-9)), video)

    def test_the_stage_says_what_is_done(self):
        assert measuring.stage_words({"layer": "overlays"}) == "Analysing: text in the picture"
        assert measuring.stage_words({"layer": "hook"}) == "Analysing"

    def test_a_crash_is_the_files_fault(self, video):
        with pytest.raises(UnsupportedMedia, match="could not be measured"):
            measuring.measure(FakeContext((), ChildError("exit", "x", code=-11)), video)

    def test_slowness_may_heal(self, video):
        with pytest.raises(Transient):
            measuring.measure(FakeContext((), ChildError("timeout", "x")), video)

    def test_a_lost_file(self, video):
        from django.core.files.storage import default_storage

        default_storage.delete(video.media.storage_key)
        with pytest.raises(NotFound, match="Upload it again"):
            measuring.measure(FakeContext(), video)


class TestReading:
    def score(self, video, run, level="fast", value=70.0, platform="all", type="cut_frequency"):
        return PatternScore.objects.create(
            workspace_id=video.workspace_id, platform=platform, type=type, level=level, score=value,
            sample_size=40, run_id=run, as_of=clock.now(),
        )  # fmt: skip

    def test_scores_come_from_the_newest_run(self, in_workspace, video):
        factories.make_analysis(video)
        old, new = uuid7(), uuid7()
        self.score(video, old, value=10)
        self.score(video, new, value=80)
        self.score(video, new, value=30, platform="tiktok")
        actor = in_workspace.alice_actor
        assert selectors.level_scores(actor.workspace_id) == {("cut_frequency", "fast"): selectors.LevelScore(80.0, 40)}
        assert selectors.level_scores(actor.workspace_id, "tiktok")["cut_frequency", "fast"].score == 30.0
        assert {row.type for row in selectors.patterns_of(actor)} == {"cut_frequency", "hook_timing"}
        assert selectors.patterns_of(actor, min_score=50).get().type == "cut_frequency"
        assert selectors.patterns_of(actor, min_score=50, platform="tiktok").count() == 0
        assert selectors.patterns_of(actor, min_score=81).count() == 0
        assert selectors.patterns_of(actor, video_id=uuid7()).count() == 0

    def test_without_a_platform_the_most_posts_speak(self, in_workspace, video):
        factories.make_analysis(video)
        actor = in_workspace.alice_actor
        for platform, value, size in (("tiktok", 30.0, 12), ("youtube", 66.0, 40), ("instagram", None, 99)):
            self.score(video, uuid7(), value=value, platform=platform)
            PatternScore.objects.filter(platform=platform).update(sample_size=size)
        level = ("cut_frequency", "fast")
        assert selectors.level_scores(actor.workspace_id)[level] == selectors.LevelScore(66.0, 40)
        self.score(video, uuid7(), value=None, platform="youtube")
        assert selectors.level_scores(actor.workspace_id)[level] == selectors.LevelScore(30.0, 12)

    def test_scores_are_read_once_for_each_run(self, in_workspace, video, django_assert_num_queries):
        workspace_id, level = in_workspace.workspace.pk, ("cut_frequency", "fast")
        assert selectors.level_scores(workspace_id) == {}
        self.score(video, uuid7(), value=80)
        assert selectors.level_scores(workspace_id)[level].score == 80.0
        with django_assert_num_queries(1):
            assert selectors.level_scores(workspace_id)[level].score == 80.0
        self.score(video, uuid7(), value=20)
        assert selectors.level_scores(workspace_id)[level].score == 20.0
        assert selectors.level_scores(in_workspace.elsewhere.pk) == {}

    def test_analysis_or_why_not(self, cast):
        video = factories.make_video(cast.workspace)
        with pytest.raises(NotFound, match="not been analysed yet"):
            selectors.analysis_of(cast.alice_actor, video.pk)
        factories.make_analysis(video)
        assert selectors.analysis_of(cast.alice_actor, video.pk).video_id == video.pk
        with pytest.raises(NotFound, match="another workspace"):
            selectors.analysis_of(cast.charlie_actor, video.pk)


class TestComparing:
    def make(self, workspace, title, cuts, level, **more):
        video = factories.make_video(workspace, title)
        factories.make_analysis(video, {"cut_frequency": (cuts, "per_min", level), **more})
        return video

    def test_side_by_side(self, in_workspace):
        a = self.make(in_workspace.workspace, "A", 10.0, "medium", motion=(0.2, "per_s", "moving"))
        b = self.make(in_workspace.workspace, "B", 40.0, "fast")
        c = self.make(in_workspace.workspace, "C", 42.0, "fast")
        found = selectors.compare(in_workspace.alice_actor, [a.pk, b.pk, a.pk])
        cuts, motion = found.rows
        assert [video.title for video in found.videos] == ["A", "B"]
        assert (cuts.values, cuts.difference, cuts.shown) == ([10.0, 40.0], 30.0, ["10 cuts/min", "40 cuts/min"])
        assert cuts.words == "A cuts at a moderate pace; B cuts fast."
        assert (motion.values, motion.difference, motion.shown[1]) == ([0.2, None], None, "—")
        assert motion.words == "A moves steadily; B is not known."
        alike = selectors.compare(in_workspace.alice_actor, [b.pk, c.pk])
        assert alike.rows[0].words == "Alike: each cuts fast."
        assert (cuts.differences, cuts.is_alike, alike.rows[0].is_alike) == (["30 more cuts/min"], False, True)
        assert motion.differences == ["Not known"]

    def test_words_are_not_subtracted(self, in_workspace):
        a = self.make(in_workspace.workspace, "A", 10.0, "medium", hook_style=(0.0, "category", "question"))
        b = self.make(in_workspace.workspace, "B", 10.0, "medium", hook_style=(8.0, "category", "montage"))
        rows = {row.type: row for row in selectors.compare(in_workspace.alice_actor, [a.pk, b.pk]).rows}
        hook = rows["hook_style"]
        assert (hook.difference, hook.shown, hook.differences) == (
            None, ["Question", "Montage"], ["Montage instead of Question"],
        )  # fmt: skip
        assert hook.words == "A opens with a question; B opens with a quick run of shots."
        (near,) = selectors.similar(in_workspace.alice_actor, a.pk)
        assert near.similarity_p == pytest.approx(1 / (1 + 0.5), abs=1e-3)

    @pytest.mark.parametrize("count", [0, 1, 6])
    def test_how_many(self, in_workspace, count):
        with pytest.raises(ValidationFailed, match="Choose 2 to 5"):
            selectors.compare(in_workspace.alice_actor, [uuid7() for _ in range(count)])

    def test_what_is_not_there_or_not_measured(self, cast):
        a = self.make(cast.workspace, "A", 10.0, "medium")
        bare = factories.make_video(cast.workspace, "Bare")
        theirs = self.make(cast.elsewhere, "T", 10.0, "medium")
        with pytest.raises(ValidationFailed, match="“Bare” has not been analysed"):
            selectors.compare(cast.alice_actor, [a.pk, bare.pk])
        with pytest.raises(NotFound):
            selectors.compare(cast.alice_actor, [a.pk, theirs.pk])

    def test_similar_videos_come_first(self, cast):
        a = self.make(cast.workspace, "A", 10.0, "medium")
        near = self.make(cast.workspace, "Near", 12.0, "medium")
        far = self.make(cast.workspace, "Far", 70.0, "very_fast")
        other = factories.make_video(cast.workspace, "Other")
        factories.make_analysis(other, {"motion": (1.0, "per_s", "lively")})
        self.make(cast.elsewhere, "Theirs", 10.0, "medium")
        found = selectors.similar(cast.alice_actor, a.pk)
        assert [neighbour.video.pk for neighbour in found] == [near.pk, far.pk]
        assert found[0].similarity_p == pytest.approx(1 / (1 + 2 / 15), abs=1e-3)
        assert (found[0].shared, found[1].shared) == (["cut_frequency"], [])
        assert len(selectors.similar(cast.alice_actor, a.pk, limit=1)) == 1
