"""The render of an edit inside its job: sources to this machine, the child process, files to the store.

Everything is written below `WORK_DIR/edits/<job>/<token>`; the token is that of this run, so a run that lost its lease
writes where nobody looks. Folders that earlier runs of the job left behind are removed first.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from core.child import ChildError, Limits, python_argv
from core.errors import DomainError, NotFound, ValidationFailed
from editing.errors import EditingError
from editing.models import Edit, Rendition
from editing.plan import EditPlan
from editing.services import results
from jobs import Done, JobContext, Transient
from media import services as files
from media.models import MediaFile
from media.services import Stored
from media.storage import store

_LIMITS: Final = Limits(timeout_s=3 * 3600, memory_bytes=6 * 1024**3, silence_s=300)
_THREADS: Final = 2
_HEALS: Final = frozenset({EditingError.DISK_FULL, EditingError.OUT_OF_MEMORY, EditingError.STOPPED})
_STAGES: Final = {"prepare": "Preparing", "sound": "Sound", "picture": "Picture and texts", "check": "Checking"}
_CHILD_SHARE: Final = 0.96


def run(ctx: JobContext, edit: Edit, purpose: Rendition.Purpose) -> Done:
    """Render the outputs that wait: the rows say which, also when they were asked for while the job already waited."""
    plan_version = edit.plan_version
    full = edit.edit_plan
    waiting = results.waiting(edit, purpose)
    keys = [output.key for output in full.outputs if output.key in waiting]
    if not keys:
        nothing = results.Made({}, [], edit.warnings, plan_version)
        return Done(commit=lambda: results.record(actor=ctx.actor, edit_id=edit.pk, purpose=purpose, made=nothing))
    plan = full.preview(*keys) if purpose == Rendition.Purpose.PREVIEW else full.only(*keys)
    results.begin(edit, keys, purpose)
    with _folder(ctx) as folder, ctx.without_connection():
        with _sources(edit, plan) as sources:
            line = _child(ctx, plan, sources, folder)
        stored = {output["key"]: _store(ctx, edit, purpose, output) for output in line["outputs"]}
    made = results.Made(stored, line["failed"], line["warnings"], plan_version)
    ctx.progress(100, _STAGES["check"])
    return Done(
        {"loudness": line["loudness"], "failed": line["failed"]},
        commit=lambda: results.record(actor=ctx.actor, edit_id=edit.pk, purpose=purpose, made=made),
    )


@contextmanager
def _folder(ctx: JobContext) -> Iterator[Path]:
    mine = Path(settings.WORK_DIR) / "edits" / str(ctx.job_id)
    shutil.rmtree(mine, ignore_errors=True)
    folder = mine / ctx.token
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # The job's own folder goes too, unless another run of it has begun in there.
        with suppress(OSError):
            mine.rmdir()


@contextmanager
def _sources(edit: Edit, plan: EditPlan) -> Iterator[dict[str, str]]:
    """The plan's files as paths on this machine."""
    found = MediaFile.objects.for_workspace(edit.workspace_id).filter(state=MediaFile.State.READY).in_bulk(plan.refs)
    by_ref = {str(pk): media for pk, media in found.items()}
    if any(ref not in by_ref for ref in plan.refs):
        raise _gone(edit)
    with ExitStack() as stack:
        try:
            yield {ref: str(stack.enter_context(store().local(by_ref[ref].storage_key))) for ref in plan.refs}
        except FileNotFoundError as error:
            raise _gone(edit) from error


def _gone(edit: Edit) -> NotFound:
    return NotFound(
        EditingError.FILE_GONE, f"A file that “{edit.title}” is made from was deleted. Make a new edit without it."
    )


def _child(ctx: JobContext, plan: EditPlan, sources: dict[str, str], folder: Path) -> dict[str, Any]:
    """Run the renderer and return its result line."""
    spec = folder / "spec.json"
    body = {"plan": plan.model_dump(mode="json"), "sources": sources, "directory": str(folder), "threads": _THREADS}
    if settings.FFMPEG_BINARY:
        body["ffmpeg"] = settings.FFMPEG_BINARY
    spec.write_text(json.dumps(body), encoding="utf-8")
    last: dict[str, Any] = {}

    def on_line(line: dict[str, Any]) -> None:
        if line.get("type") == "progress":
            ctx.progress(line["pct"] * _CHILD_SHARE, _stage(line))
        else:
            last.update(line)

    try:
        ctx.run_child(
            python_argv("editing.render_process", str(spec)),
            on_line=on_line,
            limits=_LIMITS,
            cwd=str(settings.BASE_DIR),
        )
    except ChildError as error:
        raise _explain(last, error) from error
    return last


def _stage(line: dict[str, Any]) -> str:
    """The stage in words; an output that is tried alone is named."""
    words = _STAGES.get(line["stage"], line["stage"])
    return words if line["output"] == "all" else f"{words}: {line['output']}"


def _explain(line: dict[str, Any], error: ChildError) -> DomainError | Transient:
    """What a person can change fails at once with the child's sentence; the rest may heal."""
    if line.get("type") == "error" and line["code"] not in _HEALS:
        return ValidationFailed(line["code"], line["message"], {"detail": line.get("detail", "")})
    if line.get("type") == "error":
        return Transient(line["message"], code=line["code"])
    if error.reason == "timeout":
        return Transient("Rendering took too long.", code=EditingError.STOPPED)
    return Transient("The renderer ended unexpectedly.", code=EditingError.RENDER_FAILED)


def _store(ctx: JobContext, edit: Edit, purpose: Rendition.Purpose, output: dict[str, Any]) -> Stored:
    is_preview = purpose == Rendition.Purpose.PREVIEW
    facts = {name: output[name] for name in ("width", "height", "fps", "duration_s", "aspect")}
    stored = files.put(
        workspace_id=edit.workspace_id,
        # A preview is nothing that could be published, so it is not kept among the renditions.
        kind=MediaFile.Kind.THUMBNAIL if is_preview else MediaFile.Kind.RENDITION,
        source=Path(output["path"]),
        content_type="video/mp4",
        extension="mp4",
        original_name=f"{edit.title}-{output['key']}{'-preview' if is_preview else ''}.mp4",
        facts={**facts, "has_audio": True},
        token=ctx.token,
    )
    if stored.sha256 and stored.sha256 != output["sha256"]:
        files.discard(stored)
        raise Transient("The finished file changed on its way to the storage.", code=EditingError.VERIFY_FAILED)
    return stored
