"""News of videos and edits: told in the transaction that ends the work, to whoever ordered it."""

from typing import Any

import pytest

from editing import services as edits
from editing.models import Edit, Rendition
from editing.requests import EditRequest
from editing.services import results
from notifications.models import Notice, NoticeKind
from tests.factories import make_media, make_video
from videos.models import Video
from videos.services import processing

pytestmark = pytest.mark.django_db


def test_a_video_that_could_not_be_analysed(in_workspace: Any) -> None:
    video = make_video(in_workspace.workspace, "Kitchen", status=Video.Status.PROCESSING, created_by=in_workspace.bob)
    assert processing.fail(video, stage="measure", code="damaged", message="The file ends in the middle.")
    (notice,) = Notice.objects.all()
    assert (notice.kind, notice.recipient, notice.text) == (
        NoticeKind.ANALYSIS_FAILED, in_workspace.bob, "The file ends in the middle.",
    )  # fmt: skip
    assert notice.link == f"/videos/{video.pk}/"
    assert not processing.fail(video, stage="measure", code="damaged", message="Again.")
    assert Notice.objects.count() == 1


@pytest.fixture
def edit(in_workspace: Any) -> Edit:
    video = make_video(in_workspace.workspace, "Kitchen")
    made = edits.draft(actor=in_workspace.bob_actor, request=EditRequest(video_id=video.pk))
    return edits.render(actor=in_workspace.bob_actor, edit_id=made.pk)


def finish(edit: Edit, in_workspace: Any, *, failed: tuple[dict[str, str], ...] = ()) -> None:
    """As if a render had stored every output but the failed ones."""
    broken = {failure["key"] for failure in failed}
    for rendition in edit.renditions.exclude(key__in=broken):
        Rendition.objects.filter(pk=rendition.pk).update(
            state=Rendition.State.DONE, media=make_media(in_workspace.workspace, "rendition")
        )
    results.begin(edit, [], Rendition.Purpose.EXPORT)
    results.record(
        actor=in_workspace.bob_actor,
        edit_id=edit.pk,
        purpose=Rendition.Purpose.EXPORT,
        made=results.Made(stored={}, failed=failed, warnings=(), plan_version=1),
    )


class TestEdits:
    def test_ready(self, edit: Edit, in_workspace: Any) -> None:
        finish(edit, in_workspace)
        (notice,) = Notice.objects.all()
        assert (notice.kind, notice.recipient) == (NoticeKind.EDIT_FINISHED, in_workspace.bob)
        assert notice.title.startswith("Your edit is ready: ")
        assert notice.link == f"/edits/{edit.pk}/"

    def test_in_part(self, edit: Edit, in_workspace: Any) -> None:
        key = edit.plan["outputs"][0]["key"]
        finish(edit, in_workspace, failed=({"key": key, "code": "ffmpeg", "message": "It broke."},))
        (notice,) = Notice.objects.all()
        assert (notice.kind, notice.text) == (NoticeKind.EDIT_FAILED, "It broke.")

    @pytest.mark.parametrize(("cancelled", "told"), [(False, 1), (True, 0)])
    def test_failed_is_told_and_cancelled_is_not(self, edit: Edit, cancelled: bool, told: int) -> None:
        results.fail(
            workspace_id=edit.workspace_id, edit_id=edit.pk, purpose=Rendition.Purpose.EXPORT,
            cancelled=cancelled, code="lost", message="The worker was lost.",
        )  # fmt: skip
        assert Notice.objects.filter(kind=NoticeKind.EDIT_FAILED).count() == told
