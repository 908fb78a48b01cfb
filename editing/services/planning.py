"""Makes edits and their plans."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import audit, policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import Conflict, DomainError, ValidationFailed
from editing import fonts, plan_inputs, scripting
from editing.errors import EditingError
from editing.models import Edit
from editing.plan import EditPlan, PlanError
from editing.planners import Extras, Material, Planned, PlanNote, from_material, from_script, outputs_for, trim
from editing.requests import EditRequest
from editing.services import renders, results
from editing.topics import publish_edit
from videos.models import Video
from videos.services import library

_TITLE_LENGTH = 200
MOST_FORMATS = 8
MOST_AT_ONCE = 20


def create_edit(*, actor: Actor, request: EditRequest, title: str = "") -> Edit:
    """Plan an edit and start making it; the answer is queued."""
    edit = draft(actor=actor, request=request, title=title)
    return renders.render(actor=actor, edit_id=edit.pk)


def draft(*, actor: Actor, request: EditRequest, title: str = "") -> Edit:
    """Plan an edit without making anything yet. `ValidationFailed` says why the request makes no plan."""
    policy.require(actor, Action.WRITE)
    video, planned, script = _plan(actor, request)
    with transaction.atomic():
        edit = Edit.objects.create(
            workspace_id=actor.workspace_id,
            title=(title.strip() or (script.script.title if script else video.title))[:_TITLE_LENGTH],
            video=video,
            script=script.script if script else None,
            script_version=script.version if script else None,
            request=request.as_json(),
            plan=planned.plan.model_dump(mode="json"),
            notes=[note.as_json() for note in planned.notes],
            warnings=_warnings(planned.plan),
            created_by_id=actor.user_id,
        )
        outputs = [output.key for output in planned.plan.outputs]
        audit.record(actor, "edit.create", ("edit", edit.pk), {"video": str(video.pk), "outputs": outputs})
    return edit


def batch(*, actor: Actor, requests: Sequence[EditRequest], titles: Sequence[str] = ()) -> list[Edit | DomainError]:
    """Start many edits, each with its title if there are any.

    One that cannot be planned does not stop the others: each answers for itself, in order.
    """
    policy.require(actor, Action.WRITE)
    if not 1 <= len(requests) <= MOST_AT_ONCE:
        raise ValidationFailed(EditingError.TOO_MANY, f"Send 1 to {MOST_AT_ONCE} edits at once.")
    answers: list[Edit | DomainError] = []
    for position, request in enumerate(requests):
        title = titles[position] if titles else ""
        try:
            answers.append(create_edit(actor=actor, request=request, title=title))
        except DomainError as error:
            answers.append(error)
    return answers


def plan_again(*, actor: Actor, edit_id: UUID, request: EditRequest, version: int | None = None) -> Edit:
    """Replace the plan of an edit that is not being made. A `version` that is no longer the newest is 409."""
    policy.require(actor, Action.WRITE)
    edit = renders.find(actor, edit_id)
    video, planned, script = _plan(actor, request)
    with transaction.atomic():
        rows = Edit.objects.filter(pk=edit.pk).exclude(state__in=renders.BUSY)
        if version is not None:
            rows = rows.filter(plan_version=version)
        changed = rows.update(
            video=video,
            script=script.script if script else None,
            script_version=script.version if script else None,
            request=request.as_json(),
            plan=planned.plan.model_dump(mode="json"),
            notes=[note.as_json() for note in planned.notes],
            warnings=_warnings(planned.plan),
            plan_version=F("plan_version") + 1,
        )
        edit.refresh_from_db()
        if not changed:
            raise _refusal(edit, version)
        results.drop_previews(edit)
        audit.record(actor, "edit.plan", ("edit", edit.pk), {"plan_version": edit.plan_version})
        publish_edit(edit)
    return edit


def _refusal(edit: Edit, version: int | None) -> Conflict:
    if edit.is_busy:
        return Conflict(EditingError.BUSY, "This edit is being rendered. Wait until it is ready, or cancel it first.")
    return Conflict(
        EditingError.STALE,
        "Somebody else changed this edit in the meantime. Look at the newest state and change it again.",
        {"your_version": version, "current_version": edit.plan_version},
    )


def _plan(actor: Actor, request: EditRequest) -> tuple[Video, Planned, scripting.Reading | None]:
    video = library.get(actor, request.video_id)
    if not 1 <= len(request.formats) <= MOST_FORMATS:
        raise ValidationFailed(EditingError.NO_FORMAT, f"Choose at least one format, and at most {MOST_FORMATS}.")
    material, is_measured = plan_inputs.material_of(video)
    extras = plan_inputs.extras_of(actor, request)
    script = scripting.read(actor, request.script_id) if request.script_id else None
    try:
        planned = _planned(video, request, material, extras, script)
    except PlanError as error:
        fields: dict[str, list[str]] = {}
        for problem in error.problems:
            fields.setdefault(problem.path or "plan", []).append(problem.message)
        raise ValidationFailed(EditingError.BAD_PLAN, error.problems[0].message, fields=fields) from error
    if not is_measured:
        unmeasured = PlanNote("The video was not analysed: no cuts, pauses or motion are known to choose by.")
        planned = Planned(planned.plan, (unmeasured, *planned.notes))
    return video, planned, script


def _planned(
    video: Video, request: EditRequest, material: Material, extras: Extras, script: scripting.Reading | None
) -> Planned:
    outputs, notes = outputs_for(request.formats, material)
    source = str(video.media_id)
    if script is not None:
        segments = script.segments if request.texts else script.without_texts()
        planned = from_script(
            source=source,
            script=segments,
            material=material,
            outputs=outputs,
            duration_s=request.duration_s,
            extras=extras,
        )
    elif request.is_by_hand or not request.duration_s:
        planned = trim(
            source=source,
            material=material,
            outputs=outputs,
            start_s=request.start_s or 0.0,
            end_s=request.end_s,
            extras=extras,
        )
    else:
        planned = from_material(
            source=source, material=material, outputs=outputs, duration_s=request.duration_s, extras=extras
        )
    return Planned(planned.plan, (*planned.notes, *notes))


def _warnings(plan: EditPlan) -> list[str]:
    missing = fonts.missing_characters("".join(overlay.text for overlay in plan.overlays))
    return [f"These characters cannot be drawn and will be left out of the texts: {missing[:40]}"] if missing else []
