"""Every change to analyses, meanings and patterns. Scores are written by analytics, through `PatternScore` alone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

import jobs
from accounts import audit, policy
from accounts.policy import Action
from ai.gateway import Answer
from core import clock
from core.actor import Actor
from core.errors import Conflict
from jobs.models import Job
from patterns.derive import Value, patterns_of
from patterns.errors import PatternError
from patterns.meaning import rows
from patterns.meaning.contradictions import Dropped
from patterns.meaning.schema import MeaningAnswer
from patterns.models import Analysis, FormerAnalysis, Meaning, Pattern
from videos.models import Video
from videos.services import library, processing

KIND = "patterns.analyse"
MEANING_KIND = "patterns.meaning"
_FORMER_KEPT = 5


def analyze(*, actor: Actor, video_id: UUID) -> Job:
    """Measure a video (again). While a measurement is under way, that one is returned."""
    policy.require(actor, Action.WRITE)
    video = library.get(actor, video_id)
    if not video.media.is_ready:
        raise Conflict(PatternError.NOT_READY, "The file of this video is not ready yet. Try again when it is.")
    with transaction.atomic():
        audit.record(actor, "video.analyze", ("video", video.pk))
        return enqueue_analysis(actor=actor, video_id=video.pk)


def enqueue_analysis(*, actor: Actor, video_id: UUID) -> Job:
    """Order the measurement of a video, in the caller's transaction."""
    return jobs.enqueue(kind=KIND, actor=actor, subject=("video", video_id), unique_key=f"{KIND}:{video_id}")


def begin(*, video: Video) -> Analysis:
    """A measurement starts; what a former one found stays visible until the new result replaces it."""
    processing.enter_stage(video, Video.Stage.MEASURE)
    analysis, _ = Analysis.objects.update_or_create(
        video=video,
        defaults={"state": Analysis.State.RUNNING, "error": ""},
        create_defaults={"workspace_id": video.workspace_id, "state": Analysis.State.RUNNING},
    )
    return analysis


def record(*, workspace_id: UUID, video_id: UUID, features: dict[str, Any]) -> Analysis | None:
    """Make a measurement live: it replaces the former one. Runs in the transaction that ends the job."""
    video = processing.find(workspace_id, video_id)
    if video is None:
        return None
    before = Analysis.objects.filter(video=video).first()
    former = (before.engine_version, before.measured_at) if before else ("", None)
    analysis, _ = Analysis.objects.update_or_create(
        video=video,
        defaults={
            "workspace_id": workspace_id,
            "state": Analysis.State.DONE,
            "engine_version": features.get("engine_version", ""),
            "features": features,
            "layers": features.get("layers", {}),
            "error": "",
            "measured_at": clock.now(),
        },
    )
    _replace(analysis, FormerAnalysis.Part.FACTS, Pattern.Source.MEASURED, patterns_of(features), former)
    processing.finish(video)
    return analysis


def _replace(
    analysis: Analysis,
    part: str,
    source: str,
    found: Sequence[Value],
    made: tuple[str, Any],
) -> None:
    """Exchange one part's patterns; what they replace is kept for comparison, the newest few of each part."""
    mine = Pattern.objects.filter(video_id=analysis.video_id)
    is_facts = part == FormerAnalysis.Part.FACTS
    former = mine.filter(source=Pattern.Source.MEASURED) if is_facts else mine.filter(type__in=rows.TYPES)
    kept = [
        {
            "type": row.type, "value": row.value, "unit": row.unit, "bucket": row.bucket, "source": row.source,
            "confidence": row.confidence, "evidence": row.evidence,
        }
        for row in former
    ]  # fmt: skip
    if kept:
        FormerAnalysis.objects.create(
            workspace_id=analysis.workspace_id,
            video_id=analysis.video_id,
            part=part,
            made_by=made[0][:160],
            made_at=made[1],
            replaced_at=clock.now(),
            patterns=kept,
        )
        older = FormerAnalysis.objects.filter(video_id=analysis.video_id, part=part).order_by("-id")
        FormerAnalysis.objects.filter(pk__in=list(older.values_list("pk", flat=True)[_FORMER_KEPT:])).delete()
    former.delete()
    for one in found:
        Pattern.objects.create(
            workspace_id=analysis.workspace_id,
            video_id=analysis.video_id,
            analysis=analysis,
            type=one.type,
            value=one.value,
            unit=one.unit,
            bucket=one.bucket,
            evidence=one.evidence,
            source=source,
            confidence=one.confidence,
        )


def fail(*, workspace_id: UUID, video_id: UUID, code: str, message: str) -> None:
    """A measurement ended without a result. Runs in the transaction that ends the job."""
    video = processing.find(workspace_id, video_id)
    if video is None:
        return
    Analysis.objects.filter(video=video).update(
        state=Analysis.State.FAILED, error=message[:500], updated_at=clock.now()
    )
    processing.fail(video, stage=Video.Stage.MEASURE, code=code, message=message)


def read_meaning(*, actor: Actor, video_id: UUID) -> Job:
    """Read the meaning of a measured video (again), and nothing else. A reading under way is returned."""
    policy.require(actor, Action.WRITE)
    video = library.get(actor, video_id)
    analysis = Analysis.objects.for_workspace(actor.workspace_id).filter(video=video).first()
    if analysis is None or not analysis.features:
        raise Conflict(PatternError.NOT_ANALYSED, "Meaning is read beside the facts. Analyse this video first.")
    with transaction.atomic():
        audit.record(actor, "video.read_meaning", ("video", video.pk))
        begin_meaning(video=video)
        return enqueue_meaning(actor=actor, video_id=video.pk)


def enqueue_meaning(*, actor: Actor, video_id: UUID) -> Job:
    """Order the reading of a video's meaning, in the caller's transaction."""
    return jobs.enqueue(
        kind=MEANING_KIND, actor=actor, subject=("video", video_id), unique_key=f"{MEANING_KIND}:{video_id}"
    )


def begin_meaning(*, video: Video) -> Meaning:
    """A reading starts; what a former one said stays visible until the new answer replaces it."""
    meaning, _ = Meaning.objects.update_or_create(
        video=video,
        defaults={"state": Meaning.State.RUNNING, "error": "", "error_code": ""},
        create_defaults={"workspace_id": video.workspace_id, "state": Meaning.State.RUNNING},
    )
    library.publish_video(video, "video.meaning")
    return meaning


def note_meaning(*, video: Video, message: str) -> None:
    """Why a reading that goes on by itself has not come to its end yet."""
    Meaning.objects.filter(video=video).update(error=message[:500], updated_at=clock.now())
    library.publish_video(video, "video.meaning")


def record_meaning(
    *,
    workspace_id: UUID,
    video_id: UUID,
    answer: Answer,
    kept: MeaningAnswer,
    dropped: Sequence[Dropped],
    frames: int,
    engine_version: str,
) -> Meaning | None:
    """Make a reading live: it replaces the former one. Runs in the transaction that ends the job."""
    video = processing.find(workspace_id, video_id)
    analysis = Analysis.objects.for_workspace(workspace_id).filter(video_id=video_id).first()
    if video is None or analysis is None:
        return None
    source = Meaning.Source.DERIVED if answer.offline else Meaning.Source.MODEL
    before = Meaning.objects.filter(video=video).first()
    made = (before.model or before.get_source_display(), before.read_at) if before else ("", None)
    _replace(analysis, FormerAnalysis.Part.MEANING, source, rows.patterns_of(kept), made)
    meaning, _ = Meaning.objects.update_or_create(
        video=video,
        defaults={
            "workspace_id": workspace_id,
            "state": Meaning.State.DONE,
            "source": source,
            "provider": answer.provider[:32],
            "model": answer.model[:120],
            "is_stored": answer.cached,
            "engine_version": engine_version,
            "answer": kept.model_dump(mode="json"),
            "dropped": [one.as_dict() for one in dropped],
            "frames": frames,
            "error": "",
            "error_code": "",
            "read_at": clock.now(),
        },
    )
    library.publish_video(video, "video.meaning")
    return meaning


def fail_meaning(*, workspace_id: UUID, video_id: UUID, code: str, message: str) -> None:
    """A reading ended without an answer; the measurement and a former reading stay. Runs in the transaction that ends
    the job."""
    video = processing.find(workspace_id, video_id)
    if video is None:
        return
    Meaning.objects.filter(video=video).update(
        state=Meaning.State.FAILED, error=message[:500], error_code=code[:60], updated_at=clock.now()
    )
    library.publish_video(video, "video.meaning")
