"""The render job: what heals, what fails at once, and what it leaves in its work folder."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from core.child import ChildError
from editing import render_job, services
from editing.models import Edit
from editing.planners import Wish
from editing.requests import EditRequest
from jobs.context import JobContext
from jobs.models import Job
from jobs.outcomes import Cancelled
from jobs.testing import drain
from media.models import MediaFile
from videos.models import Video


@pytest.fixture
def edit(in_workspace: SimpleNamespace, video: Video, request_for: Callable[..., EditRequest]) -> Edit:
    return services.create_edit(
        actor=in_workspace.alice_actor, request=request_for(video, Wish("1:1", resolution="120x120"))
    )


def child_says(monkeypatch: pytest.MonkeyPatch, line: dict[str, Any], reason: str = "exit") -> None:
    """Let the child say one line and end badly."""

    def run_child(self: JobContext, argv: list[str], *, on_line: Callable[[dict[str, Any]], None], **_: Any) -> None:
        if line:
            on_line(line)
        raise ChildError(reason, "The child ended.")

    monkeypatch.setattr(JobContext, "run_child", run_child)


class TestHealing:
    @pytest.mark.parametrize(
        ("line", "reason", "message"),
        [
            ({}, "exit", "The renderer ended unexpectedly."),
            ({}, "timeout", "Rendering took too long."),
            ({"type": "error", "code": "disk_full", "message": "The disk is full."}, "exit", "The disk is full."),
        ],
    )
    def test_it_tries_again_later(
        self, edit: Edit, monkeypatch: pytest.MonkeyPatch, line: dict[str, Any], reason: str, message: str
    ) -> None:
        child_says(monkeypatch, line, reason)
        (job,) = drain()
        assert (job.status, job.transient_failures, job.error_message) == ("waiting", 1, message)
        edit.refresh_from_db()
        assert edit.state == "rendering"

    def test_three_times_in_a_row_is_a_failure(self, frozen: None, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
        child_says(monkeypatch, {})
        (job,) = drain(advance=True)
        assert job.status == "failed"
        edit.refresh_from_db()
        assert (edit.state, edit.error) == ("failed", "The renderer ended unexpectedly.")
        assert edit.renditions.get().state == "failed"

    def test_what_a_person_must_change_fails_at_once(self, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
        child_says(monkeypatch, {"type": "error", "code": "bad_plan", "message": "Segment 1 is wrong."})
        (job,) = drain()
        assert (job.status, job.error_code) == ("failed", "bad_plan")
        edit.refresh_from_db()
        assert edit.error == "Segment 1 is wrong."

    def test_a_file_that_changed_on_its_way_does_not_count(self, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
        real = render_job._child

        def child(*args: Any) -> dict[str, Any]:
            line = real(*args)
            line["outputs"][0]["sha256"] = "0" * 64
            return line

        monkeypatch.setattr(render_job, "_child", child)
        (job,) = drain()
        assert (job.status, job.error_code) == ("waiting", "verify_failed")
        assert not MediaFile.objects.filter(kind="rendition").exists()


class TestFolders:
    @pytest.mark.parametrize("end", ["failed", "cancelled", "done"])
    def test_no_folder_is_left_however_it_ends(
        self, edit: Edit, settings: Any, monkeypatch: pytest.MonkeyPatch, end: str
    ) -> None:
        def cancel(self: JobContext, *_: Any, **__: Any) -> None:
            raise Cancelled("The job was cancelled.")

        if end == "failed":
            child_says(monkeypatch, {"type": "error", "code": "source_unreadable", "message": "Damaged."})
        elif end == "cancelled":
            monkeypatch.setattr(JobContext, "run_child", cancel)
        (job,) = drain(kind="editing.render")
        assert (job.status, list((settings.WORK_DIR / "edits").iterdir())) == (end, [])

    def test_what_a_dead_run_left_is_removed(self, edit: Edit, settings: Any) -> None:
        left = settings.WORK_DIR / "edits" / str(edit.job_id) / "former-token"
        left.mkdir(parents=True)
        (left / "9x16.part.mp4").write_bytes(b"half")
        drain()
        assert not left.exists()
        assert Job.objects.get(pk=edit.job_id).status == "done"

    def test_another_ffmpeg_can_be_named(self, edit: Edit, settings: Any) -> None:
        settings.FFMPEG_BINARY = "/no/such/ffmpeg"
        (job,) = drain()
        assert (job.status, job.error_code) == ("failed", "ffmpeg_missing")
