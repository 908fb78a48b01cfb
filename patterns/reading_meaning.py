"""Reads the meaning of a measured video: key frames in a child process, one question, facts against claims."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ai import gateway
from ai.errors import AiError
from ai.language import language_of
from core.child import ChildError, Limits, python_argv
from core.errors import NotFound, Throttled, Unavailable, UnsupportedMedia
from jobs import Done, JobContext, Transient
from media import file_type, upload_checks
from media.storage import store
from patterns import selectors, services
from patterns.errors import PatternError
from patterns.meaning.contradictions import judge
from patterns.meaning.purpose import PURPOSE
from patterns.meaning.schema import KeyFrame, MeaningRequest, ScoredLevel
from patterns.models import Analysis, Pattern
from patterns.reliable import reliable
from videos.models import Video

_LIMITS = Limits(timeout_s=600, memory_bytes=4 * 1024**3, silence_s=120)
_FRAMES_PCT, _ASKED_PCT = 60, 95
# What a model is told of the facts: enough to stand on, not every curve.
_FACTS = (
    "duration_s", "aspect", "has_audio", "cuts", "transitions", "shots", "pace", "hook", "silences", "speech",
    "speech_stats", "music", "tempo_bpm", "overlays", "layers",
)  # fmt: skip
_MOST_ITEMS = 80


def facts_for_model(features: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as a model gets them: long lists are cut, and readings that are not sure are no facts to it."""
    sure = {name: reliable(features, name) for name in ("speech", "overlays")}
    return {
        name: value[:_MOST_ITEMS] if isinstance(value, list) else value
        for name in _FACTS
        if (value := sure.get(name, features.get(name))) is not None
    }


def _scored_levels(video: Video) -> list[ScoredLevel]:
    """What the video's measured levels were worth on each platform, by the newest run of each."""
    levels = set(Pattern.objects.filter(video=video, source=Pattern.Source.MEASURED).values_list("type", "bucket"))
    rows = selectors.newest_scores(video.workspace_id).filter(
        type__in={type for type, _ in levels}, score__isnull=False
    )
    found = [
        ScoredLevel(
            pattern=row.type, level=row.level, platform=row.platform, score=row.score, sample_size=row.sample_size
        )
        for row in rows
        if (row.type, row.level) in levels and row.score is not None
    ]
    return sorted(found, key=lambda one: (one.platform, one.pattern, one.level))


def read(ctx: JobContext, video: Video) -> Done:
    """Ask for the meaning; the claims that stand go live with the job's end."""
    analysis = Analysis.objects.for_workspace(ctx.workspace_id).filter(video=video).first()
    if analysis is None or not analysis.features:
        raise NotFound(PatternError.NOT_ANALYSED, "This video has not been analysed yet. Start its analysis.")
    services.begin_meaning(video=video)
    ctx.progress(0, "Looking at key frames")
    offline = gateway.is_offline(PURPOSE)
    frames = [] if offline else _frames(ctx, video, float(analysis.features.get("duration_s") or 0))
    # Without a model the rules read the facts as they are, uncut.
    facts = dict(analysis.features) if offline else facts_for_model(analysis.features)
    request = MeaningRequest(
        checksum=video.media.sha256,
        engine_version=analysis.engine_version,
        language=language_of(ctx.actor),
        title=video.title,
        facts=facts,
        performance=_scored_levels(video),
        frames=frames,
    )
    ctx.progress(_FRAMES_PCT, "Reading the meaning")
    with ctx.without_connection():
        answer = _ask(ctx, video, request)
    ctx.progress(_ASKED_PCT, "Checking claims against facts")
    kept, dropped = judge(analysis.features, answer.value)

    def commit() -> dict[str, Any]:
        services.record_meaning(
            workspace_id=ctx.workspace_id,
            video_id=video.pk,
            answer=answer,
            kept=kept,
            dropped=dropped,
            frames=len(frames),
            engine_version=analysis.engine_version,
        )
        return {"dropped": len(dropped), "source": answer.source}

    return Done(commit=commit)


def _ask(ctx: JobContext, video: Video, request: MeaningRequest) -> gateway.Answer:
    """One question. What heals by itself is tried again later; the page says so meanwhile."""
    try:
        return gateway.generate(PURPOSE, request, ctx.actor)
    except Throttled as error:
        services.note_meaning(video=video, message=error.message)
        raise Transient(error.message, code=error.code, after=timedelta(seconds=error.retry_after_s)) from error
    except Unavailable as error:
        if error.code != AiError.UNAVAILABLE:
            raise
        services.note_meaning(video=video, message=error.message)
        raise Transient(error.message, code=error.code) from error


def _frames(ctx: JobContext, video: Video, duration_s: float) -> list[KeyFrame]:
    found: list[KeyFrame] = []

    def on_line(line: dict[str, Any]) -> None:
        if "pct" in line:
            ctx.progress(_FRAMES_PCT * line["pct"] / 100, "Looking at key frames")
        else:
            jpeg = base64.b64decode(line["jpeg"])
            found.append(KeyFrame(time_s=line["time_s"], also_at_s=line["also_at_s"], jpeg=jpeg))

    media = video.media
    try:
        with ctx.without_connection(), store().local(media.storage_key) as path:
            with path.open("rb") as handle:
                container = upload_checks.container_of(media.original_name, handle.read(file_type.HEAD_BYTES))
            argv = python_argv("patterns.meaning.frames", str(path), container.demuxer, str(duration_s))
            ctx.run_child(argv, on_line=on_line, limits=_LIMITS)
    except FileNotFoundError as error:
        raise NotFound(
            PatternError.MEASURE_FAILED, f"The file of “{video.title}” is no longer in the storage. Upload it again."
        ) from error
    except ChildError as error:
        if error.reason == "exit":
            raise UnsupportedMedia(
                PatternError.FRAMES_FAILED, f"The pictures of “{video.title}” could not be read for its meaning."
            ) from error
        raise Transient("Reading the key frames took too long.", code="frames_timeout") from error
    return found
