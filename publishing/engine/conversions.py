"""Converts files whose format a platform does not take, before the first step (EC-2).

A conversion is a job of the media queue, shared by every target that needs the same copy of the same file. Its result
is a delivery copy; a target that waits for it holds no worker and is woken when it is there.
"""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

import jobs
from core import clock
from core.actor import Actor
from core.child import ChildError, Limits, python_argv
from core.errors import NotFound, UnsupportedMedia, ValidationFailed
from jobs import Done, Ended, JobContext, Transient
from media import file_type, upload_checks
from media import services as files
from media.errors import MediaError
from media.models import MediaFile
from media.services import Stored
from media.storage import store
from publishing.engine.decide.outcomes import Converting, NotConverted
from publishing.files import deliveries
from publishing.models import Attempt, AttemptOutcome, Delivery, DeliveryState, PostTarget
from publishing.platforms import file_rules
from publishing.platforms.base import Adapter, Effect, MediaSpec, Spec
from publishing.platforms.file_rules import Conversion
from publishing.schedule import queueing, specs
from publishing.states import FINISHED

KIND = "publish.convert"
STEP = "convert"
_LIMITS = Limits(timeout_s=3 * 3600, memory_bytes=6 * 1024**3, silence_s=600)


def prepare(target: PostTarget, token: UUID, spec: Spec, adapter: Adapter) -> Spec | Converting | NotConverted:
    """The spec with the files that will really be sent, once all are converted. `token` is that of the run."""
    needed = file_rules.plan(spec, adapter.accepts)
    known = {(row.source_id, row.recipe_key): row for row in Delivery.objects.filter(target=target)}
    if not known and not target.committed:
        deliveries.note(target, spec, {item.media.file_id for item in needed})
    ready: dict[tuple[str, str], MediaSpec] = {}
    waiting = False
    for conversion in needed:
        row = known.get((UUID(conversion.media.file_id), conversion.key)) or _ask(target, conversion)
        if row.state == DeliveryState.FAILED and not target.committed:
            # Trying again tries the conversion again.
            row.delete()
            return NotConverted(row.sentence)
        if row.state == DeliveryState.READY and row.file is not None:
            ready[(conversion.media.file_id, conversion.key)] = _delivered(conversion, row.file)
            _receipt(target, token, row)
        elif not target.committed:
            waiting = True
            order(row)
    return Converting() if waiting else _with(spec, adapter.accepts, ready)


def _ask(target: PostTarget, conversion: Conversion) -> Delivery:
    row, _ = Delivery.objects.get_or_create(
        workspace_id=target.workspace_id,
        target=target,
        source_id=UUID(conversion.media.file_id),
        recipe_key=conversion.key,
        defaults={
            "recipe": dict(conversion.recipe),
            "state": DeliveryState.MAKING,
            "sentence": f"“{conversion.media.name or 'The file'}” was converted to {conversion.words}."[:300],
        },
    )
    return row


def order(row: Delivery) -> None:
    """One job makes the copy for every target that waits for it."""
    jobs.enqueue(
        kind=KIND,
        actor=Actor.system(row.workspace_id),
        subject=("media", row.source_id),
        payload={"recipe": row.recipe, "recipe_key": row.recipe_key},
        unique_key=f"{KIND}:{row.source_id}:{row.recipe_key}",
    )


def _delivered(conversion: Conversion, copy: MediaFile) -> MediaSpec:
    """The copy as the adapter sees it, under the name that the person gave."""
    return replace(specs.media_spec(copy), name=conversion.media.name)


def _with(spec: Spec, rules: file_rules.Accepts, ready: dict[tuple[str, str], MediaSpec]) -> Spec:
    by_file: dict[tuple[str, bool], MediaSpec] = {}
    for conversion in file_rules.plan(replace(spec, thumbnail=None), rules):
        if copy := ready.get((conversion.media.file_id, conversion.key)):
            by_file[(conversion.media.file_id, False)] = copy
    for conversion in file_rules.plan(replace(spec, media=()), rules):
        if copy := ready.get((conversion.media.file_id, conversion.key)):
            by_file[(conversion.media.file_id, True)] = copy
    media = tuple(by_file.get((item.file_id, False), item) for item in spec.media)
    thumbnail = by_file.get((spec.thumbnail.file_id, True), spec.thumbnail) if spec.thumbnail else None
    return replace(spec, media=media, thumbnail=thumbnail)


def _receipt(target: PostTarget, token: UUID, row: Delivery) -> None:
    """What was converted belongs into the receipts, once."""
    if target.committed or Attempt.objects.filter(target=target, step=STEP, sentence=row.sentence).exists():
        return
    Attempt.objects.create(
        workspace_id=row.workspace_id,
        target=target,
        run_token=token,
        step=STEP,
        effect=Effect.SAFE,
        started_at=row.created_at,
        completed_at=max(clock.now(), row.created_at),
        outcome=AttemptOutcome.OK,
        sentence=row.sentence,
    )


# The job ------------------------------------------------------------------------------------------------------------


def convert(ctx: JobContext) -> Done:
    """Make the copy, or take over the one that another target was given."""
    key = str(ctx.payload.get("recipe_key", ""))
    waiting = Delivery.objects.filter(source_id=ctx.subject_id, recipe_key=key, state=DeliveryState.MAKING)
    if not key or not waiting.exists():
        return Done()
    made = Delivery.objects.filter(
        source_id=ctx.subject_id, recipe_key=key, state=DeliveryState.READY, file__state=MediaFile.State.READY
    ).first()
    if made is not None and made.file is not None:
        copy_id = made.file_id
        return Done({"copy": str(copy_id)}, commit=lambda: _hand_out(ctx.subject_id, key, copy_id))
    source = MediaFile.objects.filter(pk=ctx.subject_id, state=MediaFile.State.READY).first()
    if source is None:
        raise NotFound(MediaError.GONE, "The file was deleted meanwhile, so it could not be converted.")
    ctx.progress(0, "Converting")
    with ctx.without_connection():
        stored = _make(ctx, source, dict(ctx.payload["recipe"]))

    def commit() -> None:
        copy = files.record(actor=ctx.actor, stored=stored)
        _hand_out(ctx.subject_id, key, copy.pk)

    return Done({"copy": str(stored.file_id), "size_bytes": stored.size_bytes}, commit=commit)


def _make(ctx: JobContext, source: MediaFile, recipe: dict[str, Any]) -> Stored:
    try:
        with (
            store().local(source.storage_key) as path,
            tempfile.TemporaryDirectory(dir=settings.WORK_DIR, prefix="convert-") as folder,
        ):
            return _run(ctx, source, recipe, path, Path(folder))
    except FileNotFoundError as error:
        raise NotFound(MediaError.GONE, f"The file “{source}” is no longer in the storage. Upload it again.") from error


def _run(ctx: JobContext, source: MediaFile, recipe: dict[str, Any], path: Path, folder: Path) -> Stored:
    is_video = recipe["make"] == "mp4"
    target = folder / ("copy.mp4" if is_video else "copy.jpg")
    spec: dict[str, Any] = {**recipe, "source": str(path), "target": str(target)}
    if is_video:
        with path.open("rb") as handle:
            spec["demuxer"] = upload_checks.container_of(str(source), handle.read(file_type.HEAD_BYTES)).demuxer
        if settings.FFMPEG_BINARY:
            spec["ffmpeg"] = settings.FFMPEG_BINARY
    description = folder / "spec.json"
    description.write_text(json.dumps(spec), encoding="utf-8")
    last: dict[str, Any] = {}

    def on_line(line: dict[str, Any]) -> None:
        if "pct" in line:
            ctx.progress(float(line["pct"]), "Converting")
        else:
            last.update(line)

    try:
        ctx.run_child(python_argv("media.convert", str(description)), on_line=on_line, limits=_LIMITS)
    except ChildError as error:
        if error.reason == "stopped":
            raise
        if error.reason == "timeout":
            raise Transient("Converting the file took too long.") from error
        last.setdefault("problem", error.tail)
    if not last.get("done"):
        raise ValidationFailed(
            MediaError.DAMAGED, f"“{source}” could not be converted. Export it as MP4 with H.264 or as JPEG instead.",
            {"words": str(last.get("problem", ""))[:300]},
        )  # fmt: skip
    return _store(ctx, source, target, is_video)


def _store(ctx: JobContext, source: MediaFile, target: Path, is_video: bool) -> Stored:
    """The result is judged like an upload before it counts."""
    try:
        if is_video:
            facts = upload_checks.judge_file(source.original_name or "copy.mp4", target).facts
        else:
            judged = upload_checks.judge_image(source.original_name or "copy.jpg", target)
            facts = {"width": judged.width, "height": judged.height}
    except UnsupportedMedia as error:
        raise ValidationFailed(MediaError.DAMAGED, f"“{source}” could not be converted.") from error
    return files.put(
        workspace_id=source.workspace_id,
        kind=MediaFile.Kind.DELIVERY,
        source=target,
        content_type="video/mp4" if is_video else "image/jpeg",
        extension="mp4" if is_video else "jpg",
        original_name=source.original_name,
        facts=facts,
        token=ctx.token,
    )


def _hand_out(source_id: UUID, key: str, copy_id: UUID | None) -> None:
    rows = Delivery.objects.filter(source_id=source_id, recipe_key=key, state=DeliveryState.MAKING)
    targets = _targets(rows)
    rows.update(state=DeliveryState.READY, file_id=copy_id, updated_at=clock.now())
    queueing.wake(targets)


def ended(end: Ended) -> None:
    """The conversion failed or was cancelled: whoever waits for it is told, and does not wait for ever."""
    if end.subject_id is None:
        return
    rows = Delivery.objects.filter(
        source_id=end.subject_id, recipe_key=str(end.payload.get("recipe_key", "")), state=DeliveryState.MAKING
    )
    with transaction.atomic():
        targets = _targets(rows)
        rows.update(state=DeliveryState.FAILED, sentence=end.message[:300], updated_at=clock.now())
        queueing.wake(targets)


def _targets(rows: Any) -> list[PostTarget]:
    found = PostTarget.objects.filter(deliveries__in=list(rows)).exclude(state__in=sorted(FINISHED))
    return list(found.distinct())
