"""Starts, repeats and cancels renders. Each change of state is one conditional UPDATE along the allowed map."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

import jobs
from accounts import audit, policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from editing.errors import EditingError
from editing.models import Edit, Rendition
from editing.plan import EditPlan, Output
from editing.topics import publish_edit
from jobs import services as job_services
from media import quota

RENDER_KIND: Final = "editing.render"
PREVIEW_KIND: Final = "editing.preview"
BUSY: Final = (Edit.State.QUEUED, Edit.State.RENDERING)

# Where a state may come from.
ALLOWED: Final[dict[Edit.State, tuple[Edit.State, ...]]] = {
    Edit.State.QUEUED: (
        Edit.State.DRAFT, Edit.State.DONE, Edit.State.PARTIAL, Edit.State.FAILED, Edit.State.CANCELLED,
    ),
    Edit.State.RENDERING: (Edit.State.QUEUED, Edit.State.RENDERING),
    Edit.State.DONE: (Edit.State.RENDERING,),
    Edit.State.PARTIAL: (Edit.State.RENDERING,),
    Edit.State.FAILED: BUSY,
    Edit.State.CANCELLED: BUSY,
}  # fmt: skip

_START_S: Final = 10.0
_SECONDS_PER_OUTPUT_SECOND: Final = 1.4
_BYTES_PER_KBIT: Final = 125


def find(actor: Actor, edit_id: UUID) -> Edit:
    """One edit of the actor's workspace."""
    edit = Edit.objects.for_workspace(actor.workspace_id).filter(pk=edit_id).first()
    if edit is None:
        raise NotFound
    return edit


def move(edit: Edit, state: Edit.State, **fields: object) -> bool:
    """Change an edit's state, if the map allows it from where it is now. Tells the pages."""
    rows = Edit.objects.filter(pk=edit.pk, state__in=ALLOWED[state])
    with transaction.atomic():
        if not rows.update(state=state, **fields):
            return False
        edit.refresh_from_db()
        publish_edit(edit)
    return True


def render(*, actor: Actor, edit_id: UUID, keys: Sequence[str] | None = None) -> Edit:
    """Make all outputs of an edit, or those named. Finished files stay until their successors are there."""
    policy.require(actor, Action.WRITE)
    edit = find(actor, edit_id)
    plan = edit.edit_plan
    outputs = _outputs(plan, keys)
    quota.require(edit.workspace_id, _expected_bytes(plan, outputs))
    with transaction.atomic():
        if not move(edit, Edit.State.QUEUED, error="", error_code="", finished_at=None):
            raise Conflict(EditingError.BUSY, "This edit is already being rendered.")
        _make_pending(edit, outputs, Rendition.Purpose.EXPORT)
        job = jobs.enqueue(
            kind=RENDER_KIND,
            actor=actor,
            subject=("edit", edit.pk),
            payload={"keys": [output.key for output in outputs], "plan_version": edit.plan_version},
            unique_key=f"{RENDER_KIND}:{edit.pk}",
        )
        Edit.objects.filter(pk=edit.pk).update(job_id=job.pk)
        edit.job_id = job.pk
        audit.record(actor, "edit.render", ("edit", edit.pk), {"outputs": [output.key for output in outputs]})
        publish_edit(edit)
    return edit


def rerender(*, actor: Actor, rendition_id: UUID) -> Edit:
    """Make one output again."""
    policy.require(actor, Action.WRITE)
    rendition = (
        Rendition.objects.for_workspace(actor.workspace_id)
        .filter(pk=rendition_id, purpose=Rendition.Purpose.EXPORT)
        .first()
    )
    if rendition is None:
        raise NotFound
    return render(actor=actor, edit_id=rendition.edit_id, keys=[rendition.key])


def preview(*, actor: Actor, edit_id: UUID, keys: Sequence[str] | None = None) -> Edit:
    """Make a small, quick version of the outputs: same cuts, texts and crops."""
    policy.require(actor, Action.WRITE)
    edit = find(actor, edit_id)
    outputs = _outputs(edit.edit_plan, keys)
    with transaction.atomic():
        _make_pending(edit, outputs, Rendition.Purpose.PREVIEW)
        job = jobs.enqueue(
            kind=PREVIEW_KIND,
            actor=actor,
            subject=("edit", edit.pk),
            payload={"keys": [output.key for output in outputs]},
            unique_key=f"{PREVIEW_KIND}:{edit.pk}",
            priority=1,
        )
        Edit.objects.filter(pk=edit.pk).update(preview_job_id=job.pk)
        edit.preview_job_id = job.pk
        publish_edit(edit)
    return edit


def cancel(*, actor: Actor, edit_id: UUID) -> Edit:
    """Stop a render that waits or runs; what was finished before stays."""
    policy.require(actor, Action.WRITE)
    edit = find(actor, edit_id)
    if not edit.is_busy or edit.job_id is None:
        raise Conflict(EditingError.NOTHING_TO_CANCEL, "Nothing is being rendered for this edit.")
    job_services.cancel(actor=actor, job_id=edit.job_id)
    edit.refresh_from_db()
    return edit


def expected_duration(edit: Edit) -> timedelta:
    """About how long a render takes on two cores, once it has begun."""
    plan = edit.edit_plan
    seconds = sum(plan.length_of(output) * _weight(output) for output in plan.outputs)
    return timedelta(seconds=round(_START_S + _SECONDS_PER_OUTPUT_SECOND * seconds))


def _weight(output: Output) -> float:
    return output.width * output.height / (1080 * 1920)


def _outputs(plan: EditPlan, keys: Sequence[str] | None) -> list[Output]:
    if keys is None:
        return list(plan.outputs)
    try:
        return [plan.output(key) for key in dict.fromkeys(keys)] or list(plan.outputs)
    except KeyError as error:
        known = ", ".join(output.key for output in plan.outputs)
        raise ValidationFailed(
            EditingError.NO_OUTPUT, f"This edit has no output named {error}; it has {known}."
        ) from error


def _expected_bytes(plan: EditPlan, outputs: Sequence[Output]) -> int:
    """Half of the highest bitrate is what such videos need at this quality."""
    return int(
        sum(plan.length_of(output) * (output.max_bitrate_kbps / 2 + output.audio_bitrate_kbps) for output in outputs)
        * _BYTES_PER_KBIT
    )


def _make_pending(edit: Edit, outputs: Sequence[Output], purpose: Rendition.Purpose) -> None:
    for output in outputs:
        Rendition.objects.update_or_create(
            workspace_id=edit.workspace_id,
            edit=edit,
            purpose=purpose,
            key=output.key,
            defaults={
                "aspect": output.aspect,
                "platform": output.platform or "",
                "state": Rendition.State.PENDING,
                "error": "",
                "error_code": "",
            },
        )
