"""Edits as rows: planned, started, repeated, cancelled, deleted."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from core import scope
from core.errors import Conflict, DomainError, NotFound, PermissionDenied, PlanLimit, ValidationFailed
from editing import plan_inputs, render_job, selectors, services, topics
from editing.models import Edit, Rendition
from editing.planners import Wish
from editing.requests import EditRequest
from editing.services import results
from jobs import events
from jobs.models import Job
from jobs.testing import drain
from media import services as files
from media.models import MediaFile
from media.storage import store
from scripts_app.models import Script, ScriptVersion
from tests import factories
from videos.models import Video

Ask = Callable[..., EditRequest]


@pytest.fixture
def edit(in_workspace: SimpleNamespace, video: Video, request_for: Ask) -> Edit:
    return services.create_edit(actor=in_workspace.alice_actor, request=request_for(video))


def finished(edit: Edit) -> Edit:
    """The edit as it stands after its job ran."""
    drain()
    edit.refresh_from_db()
    return edit


class TestPlanning:
    def test_an_edit_starts_as_a_queued_job(self, in_workspace: SimpleNamespace, edit: Edit, video: Video) -> None:
        job = Job.objects.get(pk=edit.job_id)
        assert (edit.state, edit.title, edit.video) == ("queued", "Garden tour", video)
        assert (job.kind, job.queue, job.subject_id, job.payload["keys"]) == (
            "editing.render",
            "media",
            edit.pk,
            ["9x16"],
        )
        assert [(row.key, row.state, row.purpose) for row in edit.renditions.all()] == [("9x16", "pending", "export")]
        assert EditRequest.from_json(edit.request).video_id == video.pk
        assert edit.edit_plan.duration_s == pytest.approx(2.0)
        verbs = list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))
        assert verbs == ["edit.create", "edit.render"]

    def test_a_draft_makes_nothing(self, in_workspace: SimpleNamespace, video: Video, request_for: Ask) -> None:
        draft = services.draft(actor=in_workspace.alice_actor, request=request_for(video), title=" My cut ")
        assert (draft.state, draft.title, draft.job_id) == ("draft", "My cut", None)
        assert not Job.objects.exists()
        assert not draft.renditions.exists()

    def test_measured_facts_are_used(self, in_workspace: SimpleNamespace, video: Video, request_for: Ask) -> None:
        features = {
            "duration_s": 2.0, "width": 320, "height": 180, "fps": 25.0, "has_audio": True,
            "cuts": [{"time_s": 1.0}], "shots": [
                {"start_s": 0, "end_s": 1, "motion": 0.1}, {"start_s": 1, "end_s": 2, "motion": 0.5},
            ],
        }  # fmt: skip
        factories.make_analysis(video, features=features)
        draft = services.draft(actor=in_workspace.alice_actor, request=request_for(video, duration_s=1.0))
        assert [(part["start_s"], part["end_s"]) for part in draft.plan["segments"]] == [(1.0, 2.0)]
        assert "starts on a measured cut" in " ".join(note["text"] for note in draft.notes)

    def test_without_analysis_the_notes_say_so(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask
    ) -> None:
        draft = services.draft(actor=in_workspace.alice_actor, request=request_for(video, start_s=0.5, end_s=1.5))
        assert draft.notes[0]["text"].startswith("The video was not analysed")
        assert [(part["start_s"], part["end_s"]) for part in draft.plan["segments"]] == [(0.5, 1.5)]

    def test_extras_come_from_the_workspace(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask
    ) -> None:
        image = factories.make_media(in_workspace.workspace, "brand", b"x", content_type="image/png")
        song = factories.make_media(in_workspace.workspace, "brand", b"y", content_type="audio/mpeg")
        clip = factories.make_media(in_workspace.workspace)
        draft = services.draft(
            actor=in_workspace.alice_actor,
            request=request_for(
                video, watermark_id=image.pk, music_id=song.pk, intro_id=image.pk, outro_id=clip.pk,
                source_sound=False, level_loudness=False,
            ),
        )  # fmt: skip
        plan = draft.edit_plan
        assert plan.watermark is not None
        assert plan.watermark.source == str(image.pk)
        assert plan.audio.music is not None
        assert (plan.audio.source_sound, plan.audio.loudness_lufs) == (False, None)
        assert plan.duration_s == pytest.approx(2.0 + 2.0 + 2.0)

    @pytest.mark.parametrize(
        ("change", "error", "words"),
        [
            ({"end_s": 9.0}, ValidationFailed, "The video ends at 2.00 s"),
            ({"duration_s": 0.2}, ValidationFailed, "at least 1 s"),
            ({"formats": ()}, ValidationFailed, "Choose at least one format"),
            ({"formats": (Wish("9:16", resolution="100x100"),)}, ValidationFailed, "100x100 is not 9:16"),
            ({"music_id": uuid4()}, NotFound, "The file chosen as music is not in this workspace"),
            ({"script_id": uuid4()}, NotFound, ""),
            ({"video_id": uuid4()}, NotFound, ""),
        ],
    )
    def test_requests_that_make_no_plan(
        self, in_workspace: SimpleNamespace, video: Video, change: dict[str, Any], error: type[DomainError], words: str
    ) -> None:
        with pytest.raises(error) as caught:
            services.create_edit(
                actor=in_workspace.alice_actor,
                request=EditRequest(**{"video_id": video.pk, "formats": (Wish("9:16"),), **change}),
            )
        assert words in caught.value.message
        assert not Edit.objects.exists()
        assert not Job.objects.exists()

    def test_a_file_of_the_wrong_kind(self, in_workspace: SimpleNamespace, video: Video, request_for: Ask) -> None:
        song = factories.make_media(in_workspace.workspace, "brand", b"y", content_type="audio/mpeg")
        with pytest.raises(ValidationFailed, match="cannot be used as watermark"):
            services.draft(actor=in_workspace.alice_actor, request=request_for(video, watermark_id=song.pk))

    def test_a_video_that_is_not_ready(self, in_workspace: SimpleNamespace, request_for: Ask) -> None:
        media = factories.make_media(in_workspace.workspace, duration_s=None)
        raw = factories.make_video(in_workspace.workspace, media=media, status="uploaded")
        with pytest.raises(Conflict, match="is still being prepared"):
            services.draft(actor=in_workspace.alice_actor, request=request_for(raw))

    def test_viewers_may_not_and_strangers_see_nothing(
        self, cast: SimpleNamespace, edit: Edit, video: Video, request_for: Ask
    ) -> None:
        with pytest.raises(PermissionDenied):
            services.create_edit(actor=cast.victor_actor, request=request_for(video))
        with pytest.raises(NotFound):
            services.create_edit(actor=cast.charlie_actor, request=request_for(video))
        for act in (services.render, services.preview, services.cancel, services.delete):
            with pytest.raises(NotFound):
                act(actor=cast.charlie_actor, edit_id=edit.pk)
            with pytest.raises(PermissionDenied):
                act(actor=cast.victor_actor, edit_id=edit.pk)
        assert Edit.objects.count() == 1

    def test_files_of_another_workspace_are_not_there(
        self, cast: SimpleNamespace, video: Video, request_for: Ask
    ) -> None:
        with scope.system("a file of a stranger"):
            theirs = factories.make_media(cast.elsewhere, "brand", b"x", content_type="image/png")
        with pytest.raises(NotFound):
            services.draft(actor=cast.alice_actor, request=request_for(video, watermark_id=theirs.pk))

    def test_no_room_for_the_files(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask, settings: Any
    ) -> None:
        settings.STORAGE_QUOTA_BYTES = 10
        with pytest.raises(PlanLimit):
            services.create_edit(actor=in_workspace.alice_actor, request=request_for(video))


@pytest.fixture
def script(in_workspace: SimpleNamespace) -> Script:
    """Two segments of one second each."""
    made = Script.objects.create(
        workspace=in_workspace.workspace, title="Five tips", concept="Tips", platform="tiktok", duration_s=2,
        status="ready", version=3,
    )  # fmt: skip
    rows = [("hook", 0, 1, "Look here"), ("cta", 1, 2, "Follow")]
    segments = [
        {"start_time": start, "end_time": end, "role": role, "visual": "x", "audio": "x", "text_overlay": text}
        for role, start, end, text in rows
    ]
    ScriptVersion.objects.create(
        workspace=in_workspace.workspace, script=made, number=3, content={"title": "Five tips", "segments": segments},
        request={"concept": "Tips", "platform": "tiktok", "duration": 5}, reason="generated",
    )  # fmt: skip
    return made


class TestScripts:
    def test_a_script_drives_the_edit(
        self, in_workspace: SimpleNamespace, video: Video, script: Script, request_for: Ask
    ) -> None:
        draft = services.draft(actor=in_workspace.alice_actor, request=request_for(video, script_id=script.pk))
        assert (draft.title, draft.script, draft.script_version) == ("Five tips", script, 3)
        texts = [(text["text"], text["start_s"], text["end_s"]) for text in draft.plan["overlays"]]
        assert texts == [("Look here", 0.0, 1.0), ("Follow", 1.0, 2.0)]
        assert "Segment 1 (hook) shows 0.00–1.00 s" in " ".join(note["text"] for note in draft.notes)

    def test_without_texts(self, in_workspace: SimpleNamespace, video: Video, script: Script, request_for: Ask) -> None:
        request = request_for(video, script_id=script.pk, texts=False, duration_s=1.5)
        draft = services.draft(actor=in_workspace.alice_actor, request=request)
        assert draft.plan["overlays"] == []
        assert draft.edit_plan.duration_s == pytest.approx(1.5, abs=0.01)

    def test_a_script_that_is_not_written(
        self, in_workspace: SimpleNamespace, video: Video, script: Script, request_for: Ask
    ) -> None:
        ScriptVersion.objects.all().delete()
        with pytest.raises(Conflict, match="is not written yet"):
            services.draft(actor=in_workspace.alice_actor, request=request_for(video, script_id=script.pk))

    def test_characters_that_cannot_be_drawn_are_told(
        self, in_workspace: SimpleNamespace, video: Video, script: Script, request_for: Ask
    ) -> None:
        version = ScriptVersion.objects.get()
        version.content["segments"][0]["text_overlay"] = "日本 tips"
        version.save()
        draft = services.draft(actor=in_workspace.alice_actor, request=request_for(video, script_id=script.pk))
        assert draft.warnings == ["These characters cannot be drawn and will be left out of the texts: 日本"]


class TestPlanningAgain:
    def test_the_plan_is_replaced(self, in_workspace: SimpleNamespace, video: Video, request_for: Ask) -> None:
        draft = services.draft(actor=in_workspace.alice_actor, request=request_for(video))
        changed = services.plan_again(
            actor=in_workspace.alice_actor,
            edit_id=draft.pk,
            request=request_for(video, Wish("1:1"), Wish("16:9")),
            version=1,
        )
        assert changed.plan_version == 2
        assert [output.key for output in changed.edit_plan.outputs] == ["1x1", "16x9"]

    def test_a_stale_version_is_refused(self, in_workspace: SimpleNamespace, video: Video, request_for: Ask) -> None:
        actor = in_workspace.alice_actor
        draft = services.draft(actor=actor, request=request_for(video))
        services.plan_again(actor=actor, edit_id=draft.pk, request=request_for(video), version=1)
        with pytest.raises(Conflict) as caught:
            services.plan_again(actor=actor, edit_id=draft.pk, request=request_for(video), version=1)
        assert caught.value.details == {"your_version": 1, "current_version": 2}

    def test_previews_of_the_former_plan_go(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask
    ) -> None:
        actor = in_workspace.alice_actor
        draft = services.draft(actor=actor, request=request_for(video))
        services.preview(actor=actor, edit_id=draft.pk)
        drain()
        services.plan_again(actor=actor, edit_id=draft.pk, request=request_for(video))
        assert not draft.renditions.exists()
        assert not MediaFile.objects.filter(kind="thumbnail").exists()

    def test_a_preview_that_waits_shows_the_newest_plan(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask
    ) -> None:
        actor = in_workspace.alice_actor
        draft = services.draft(actor=actor, request=request_for(video))
        services.preview(actor=actor, edit_id=draft.pk)
        square = request_for(video, Wish("1:1", resolution="120x120"))
        services.plan_again(actor=actor, edit_id=draft.pk, request=square)
        services.preview(actor=actor, edit_id=draft.pk)
        assert len(drain()) == 1
        assert {row.key: row.state for row in draft.renditions.all()} == {"1x1": "done"}

    def test_a_preview_that_nobody_waits_for_any_more(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask
    ) -> None:
        actor = in_workspace.alice_actor
        draft = services.draft(actor=actor, request=request_for(video))
        services.preview(actor=actor, edit_id=draft.pk)
        services.plan_again(actor=actor, edit_id=draft.pk, request=request_for(video, Wish("1:1")))
        (job,) = drain()
        assert job.status == "done"
        assert not draft.renditions.exists()

    def test_files_of_a_former_plan_stay_and_do_not_count(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask
    ) -> None:
        actor = in_workspace.alice_actor
        edit = finished(services.create_edit(actor=actor, request=request_for(video)))
        Rendition.objects.create(workspace=edit.workspace, edit=edit, key="4x5", aspect="4:5", state="failed")
        square = request_for(video, Wish("1:1", resolution="120x120"))
        services.plan_again(actor=actor, edit_id=edit.pk, request=square)
        edit = finished(services.render(actor=actor, edit_id=edit.pk))
        assert edit.state == "done"
        states = {row.key: (row.state, row.plan_version) for row in edit.renditions.all()}
        assert states == {"9x16": ("done", 1), "4x5": ("failed", 0), "1x1": ("done", 2)}

    def test_not_while_it_is_rendered(
        self, in_workspace: SimpleNamespace, edit: Edit, video: Video, request_for: Ask
    ) -> None:
        with pytest.raises(Conflict, match="being rendered"):
            services.plan_again(actor=in_workspace.alice_actor, edit_id=edit.pk, request=request_for(video))


class TestRendering:
    def test_the_whole_way(self, in_workspace: SimpleNamespace, video: Video, request_for: Ask) -> None:
        formats = (Wish("9:16", resolution="216x384"), Wish("1:1", platform="linkedin", resolution="240x240"))
        edit = services.create_edit(actor=in_workspace.alice_actor, request=request_for(video, *formats))
        edit = finished(edit)
        assert (edit.state, edit.error, edit.finished_at is not None) == ("done", "", True)
        first, second = edit.renditions.select_related("media")
        assert (first.state, first.media.width, first.media.height, first.plan_version) == ("done", 216, 384, 1)
        assert first.media.duration_s == pytest.approx(2.0, abs=0.05)
        assert (second.platform, second.media.kind, second.media.content_type) == ("linkedin", "rendition", "video/mp4")
        assert second.media.original_name == "Garden tour-linkedin-1x1.mp4"
        assert len(first.media.sha256) == 64
        job = Job.objects.get(pk=edit.job_id)
        assert (job.status, job.progress_pct) == ("done", 100)
        assert job.result["renditions"]["9x16"] == str(first.pk)

    def test_nothing_is_left_in_the_work_folder(self, edit: Edit, settings: Any) -> None:
        finished(edit)
        assert [path for path in settings.WORK_DIR.rglob("*") if path.is_file()] == []

    def test_a_preview_is_small_and_leaves_the_state_alone(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask
    ) -> None:
        draft = services.draft(actor=in_workspace.alice_actor, request=request_for(video, Wish("9:16"), Wish("1:1")))
        services.preview(actor=in_workspace.alice_actor, edit_id=draft.pk, keys=["9x16"])
        draft = finished(draft)
        assert draft.state == "draft"
        (made,) = draft.renditions.all()
        assert (made.purpose, made.key, made.state) == ("preview", "9x16", "done")
        assert made.media is not None
        assert (made.media.width, made.media.height) == (540, 960)
        assert list(selectors.renditions(in_workspace.alice_actor)) == []

    def test_one_output_again_replaces_its_file_only(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask
    ) -> None:
        formats = (Wish("9:16", resolution="216x384"), Wish("1:1", resolution="240x240"))
        edit = finished(services.create_edit(actor=in_workspace.alice_actor, request=request_for(video, *formats)))
        first, second = edit.renditions.all()
        kept, replaced = first.media_id, second.media_id
        edit = services.rerender(actor=in_workspace.alice_actor, rendition_id=second.pk)
        assert edit.state == "queued"
        second.refresh_from_db()
        assert (second.state, second.media_id) == ("pending", replaced)
        edit = finished(edit)
        first.refresh_from_db()
        second.refresh_from_db()
        assert edit.state == "done"
        assert first.media_id == kept
        assert second.media_id != replaced
        assert not MediaFile.objects.filter(pk=replaced).exists()

    def test_an_output_that_is_not_there(self, in_workspace: SimpleNamespace, edit: Edit) -> None:
        finished(edit)
        with pytest.raises(ValidationFailed, match="no output named '4x5'; it has 9x16"):
            services.render(actor=in_workspace.alice_actor, edit_id=edit.pk, keys=["4x5"])
        with pytest.raises(NotFound):
            services.rerender(actor=in_workspace.alice_actor, rendition_id=uuid4())

    def test_not_twice_at_once(self, in_workspace: SimpleNamespace, edit: Edit) -> None:
        with pytest.raises(Conflict, match="already being rendered"):
            services.render(actor=in_workspace.alice_actor, edit_id=edit.pk)
        assert Job.objects.count() == 1

    def test_a_source_that_was_deleted(self, in_workspace: SimpleNamespace, edit: Edit, video: Video) -> None:
        store().delete(video.media.storage_key)
        edit = finished(edit)
        assert (edit.state, edit.error_code) == ("failed", "file_gone")
        assert edit.error == "A file that “Garden tour” is made from was deleted. Make a new edit without it."
        assert edit.renditions.get().state == "failed"

    def test_a_source_that_cannot_be_read(self, in_workspace: SimpleNamespace, request_for: Ask) -> None:
        media = factories.make_media(
            in_workspace.workspace, data=b"no video at all" * 99, duration_s=2.0, width=320, height=180
        )
        broken = factories.make_video(in_workspace.workspace, media=media)
        edit = finished(services.create_edit(actor=in_workspace.alice_actor, request=request_for(broken)))
        assert (edit.state, edit.error_code) == ("failed", "source_unreadable")
        assert str(media.storage_key) not in edit.error

    def test_failed_edits_can_be_rendered_again(self, in_workspace: SimpleNamespace, edit: Edit) -> None:
        results.fail(
            workspace_id=edit.workspace_id, edit_id=edit.pk, purpose=Rendition.Purpose.EXPORT, cancelled=False,
            code="x", message="It broke.",
        )  # fmt: skip
        Job.objects.update(status="failed", finished_at=timezone.now())
        edit = finished(services.render(actor=in_workspace.alice_actor, edit_id=edit.pk))
        assert (edit.state, edit.error, edit.renditions.get().error) == ("done", "", "")

    def test_one_failed_output_leaves_the_others(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = render_job._child

        def child(*args: Any) -> dict[str, Any]:
            line = real(*args)
            broken = line["outputs"].pop()
            return line | {"failed": [{"key": broken["key"], "code": "render_failed", "message": "It broke."}]}

        monkeypatch.setattr(render_job, "_child", child)
        formats = (Wish("9:16", resolution="216x384"), Wish("1:1", resolution="240x240"))
        edit = finished(services.create_edit(actor=in_workspace.alice_actor, request=request_for(video, *formats)))
        assert (edit.state, edit.error) == ("partial", "It broke.")
        assert [(row.state, row.error) for row in edit.renditions.all()] == [("done", ""), ("failed", "It broke.")]

    def test_an_edit_deleted_meanwhile_leaves_nothing(self, in_workspace: SimpleNamespace, edit: Edit) -> None:
        Edit.objects.filter(pk=edit.pk).delete()
        (job,) = drain()
        assert job.status == "failed"
        assert MediaFile.objects.filter(kind="rendition").count() == 0

    def test_results_of_a_deleted_edit_are_thrown_away(self, in_workspace: SimpleNamespace, video: Video) -> None:
        stored = files.put(
            workspace_id=in_workspace.workspace.pk, kind="rendition", source=iter([b"x"]), content_type="video/mp4",
            extension="mp4",
        )  # fmt: skip
        made = results.Made({"9x16": stored}, [], [], 1)
        found = results.record(
            actor=in_workspace.alice_actor, edit_id=uuid4(), purpose=Rendition.Purpose.EXPORT, made=made
        )
        assert found == {}
        with pytest.raises(FileNotFoundError):
            store().size(stored.storage_key)
        results.fail(
            workspace_id=in_workspace.workspace.pk, edit_id=uuid4(), purpose=Rendition.Purpose.EXPORT, cancelled=True,
            code="", message="",
        )  # fmt: skip


class TestCancelling:
    def test_a_waiting_render(self, in_workspace: SimpleNamespace, edit: Edit) -> None:
        edit = services.cancel(actor=in_workspace.alice_actor, edit_id=edit.pk)
        assert edit.state == "cancelled"
        assert edit.renditions.get().state == "cancelled"
        assert drain() == []

    def test_what_was_finished_before_stays(self, in_workspace: SimpleNamespace, edit: Edit) -> None:
        edit = finished(edit)
        media = edit.renditions.get().media_id
        services.render(actor=in_workspace.alice_actor, edit_id=edit.pk)
        services.cancel(actor=in_workspace.alice_actor, edit_id=edit.pk)
        rendition = edit.renditions.get()
        assert (rendition.state, rendition.media_id) == ("done", media)

    def test_nothing_to_cancel(self, in_workspace: SimpleNamespace, edit: Edit) -> None:
        finished(edit)
        with pytest.raises(Conflict, match="Nothing is being rendered"):
            services.cancel(actor=in_workspace.alice_actor, edit_id=edit.pk)

    def test_a_failed_preview_leaves_the_edit(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask
    ) -> None:
        draft = services.draft(actor=in_workspace.alice_actor, request=request_for(video))
        services.preview(actor=in_workspace.alice_actor, edit_id=draft.pk)
        results.fail(
            workspace_id=draft.workspace_id, edit_id=draft.pk, purpose=Rendition.Purpose.PREVIEW, cancelled=False,
            code="x", message="It broke.",
        )  # fmt: skip
        draft.refresh_from_db()
        assert draft.state == "draft"
        assert draft.renditions.get().state == "failed"


class TestBatch:
    def test_each_answers_for_itself(self, in_workspace: SimpleNamespace, video: Video, request_for: Ask) -> None:
        good, bad, other = services.batch(
            actor=in_workspace.alice_actor,
            requests=[request_for(video), request_for(video, end_s=99.0), request_for(video, Wish("1:1"))],
        )
        assert isinstance(good, Edit)
        assert isinstance(bad, ValidationFailed)
        assert isinstance(other, Edit)
        assert Job.objects.count() == 2

    @pytest.mark.parametrize("count", [0, 21])
    def test_not_none_and_not_too_many(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask, count: int
    ) -> None:
        with pytest.raises(ValidationFailed, match="Send 1 to 20"):
            services.batch(actor=in_workspace.alice_actor, requests=[request_for(video)] * count)


class TestDeleting:
    def test_files_go_with_it(
        self, in_workspace: SimpleNamespace, edit: Edit, django_capture_on_commit_callbacks: Any
    ) -> None:
        edit = finished(edit)
        media = edit.renditions.get().media
        assert media is not None
        with django_capture_on_commit_callbacks(execute=True):
            services.delete(actor=in_workspace.alice_actor, edit_id=edit.pk)
        assert not Edit.objects.exists()
        assert not MediaFile.objects.filter(pk=media.pk).exists()
        with pytest.raises(FileNotFoundError):
            store().size(media.storage_key)

    def test_not_while_it_is_rendered(self, in_workspace: SimpleNamespace, edit: Edit) -> None:
        with pytest.raises(Conflict, match="Cancel it first"):
            services.delete(actor=in_workspace.alice_actor, edit_id=edit.pk)

    def test_not_while_something_uses_a_file(self, in_workspace: SimpleNamespace, edit: Edit) -> None:
        edit = finished(edit)
        factories.make_video(in_workspace.workspace, media=edit.renditions.get().media)
        with pytest.raises(Conflict, match="is used by a video"):
            services.delete(actor=in_workspace.alice_actor, edit_id=edit.pk)
        assert edit.renditions.count() == 1

    def test_an_edit_outlives_its_video(self, in_workspace: SimpleNamespace, edit: Edit, video: Video) -> None:
        finished(edit)
        video.delete()
        edit.refresh_from_db()
        assert edit.video is None
        assert edit.renditions.get().state == "done"


class TestReading:
    def test_lists_and_filters(self, in_workspace: SimpleNamespace, edit: Edit, video: Video, request_for: Ask) -> None:
        actor = in_workspace.alice_actor
        other = services.draft(actor=actor, request=request_for(video, Wish(platform="tiktok")), title="Second cut")

        def found(**wanted: Any) -> list[Edit]:
            return list(selectors.edits(actor, selectors.Filters(**wanted)))

        assert found() == [other, edit]
        assert found(state="draft") == [other]
        assert found(search="second CUT") == [other]
        assert found(search="garden") == [other, edit]
        assert found(video_id=uuid4()) == []
        assert found(platform="tiktok") == []
        assert selectors.Filters(platform="tiktok").is_narrow
        assert not selectors.Filters().is_narrow

    def test_reading_a_list_takes_a_fixed_number_of_queries(
        self, in_workspace: SimpleNamespace, video: Video, request_for: Ask, django_assert_num_queries: Any
    ) -> None:
        actor = in_workspace.alice_actor
        for _ in range(3):
            services.create_edit(actor=actor, request=request_for(video))
        with django_assert_num_queries(2):
            for row in selectors.edits(actor):
                assert row.video is not None
                assert row.video.media
                assert [rendition.media for rendition in row.renditions.all()] == [None]

    def test_finished_files(self, in_workspace: SimpleNamespace, edit: Edit, video: Video) -> None:
        actor = in_workspace.alice_actor
        assert list(selectors.renditions(actor)) == []
        finished(edit)
        assert [row.key for row in selectors.renditions(actor, video_id=video.pk, aspect="9:16")] == ["9x16"]
        assert list(selectors.renditions(actor, platform="tiktok")) == []

    def test_the_job_of_an_edit(self, in_workspace: SimpleNamespace, edit: Edit) -> None:
        job = selectors.job_of(edit)
        assert job is not None
        assert job.pk == edit.job_id
        assert selectors.job_of(edit, preview=True) is None

    def test_strangers_find_nothing(self, cast: SimpleNamespace, edit: Edit) -> None:
        with pytest.raises(NotFound):
            selectors.edit(cast.charlie_actor, edit.pk)
        assert list(selectors.edits(cast.charlie_actor)) == []
        topic = f"{topics.TOPIC}:{edit.pk}"
        assert events.owners([topic]) == {topic: cast.workspace.pk}

    def test_material_from_the_file(self, video: Video) -> None:
        material, is_measured = plan_inputs.material_of(video)
        assert (material.width, material.height, material.fps, material.has_sound) == (320, 180, 25.0, True)
        assert not is_measured
