"""Runs `python -m patterns.measure` on a video's file and hands over what it found."""

import signal
from typing import Any

from django.conf import settings

from core.child import ChildError, Limits, python_argv
from core.errors import NotFound, UnsupportedMedia
from jobs import Done, JobContext, Transient
from media.storage import store
from patterns import services
from patterns.errors import PatternError
from patterns.measure import MeasureCode
from videos.models import Video

_LIMITS = Limits(timeout_s=3600, memory_bytes=6 * 1024**3, silence_s=240)
# What a person watches is one bar; the first half of processing brought it to here.
_FROM_PCT = 40
# How much of the work lies before each layer is done; layers that take no time of their own are not listed.
_SHARES = {"probe": (0, 2), "loudness": (2, 20), "cuts": (20, 65), "overlays": (65, 98)}
_STAGE = Video.Stage.MEASURE.label
_DOING = {"loudness": "the sound", "cuts": "cuts and motion", "overlays": "text in the picture"}
# What the engine says about the machine it runs on; the file may be sound and another try may succeed.
_MACHINE = frozenset({MeasureCode.FFMPEG_MISSING, MeasureCode.FAILED, MeasureCode.TOO_LONG})


def overall_pct(line: dict[str, Any]) -> float | None:
    """The bar's position for one line of progress."""
    share = _SHARES.get(line.get("layer", ""))
    if share is None:
        return None
    done = share[0] + (share[1] - share[0]) * float(line.get("pct", 0)) / 100
    return _FROM_PCT + (100 - _FROM_PCT) * done / 100


def stage_words(line: dict[str, Any]) -> str:
    """What is being done, for a person: “Analysing: cuts and motion”."""
    doing = _DOING.get(line.get("layer", ""))
    return f"{_STAGE}: {doing}" if doing else _STAGE


def measure(ctx: JobContext, video: Video) -> Done:
    """Measure a video's file in a child process."""
    found: dict[str, Any] = {}
    refused: dict[str, str] = {}

    def on_line(line: dict[str, Any]) -> None:
        if line.get("type") == "progress":
            pct = overall_pct(line)
            if pct is not None:
                ctx.progress(pct, stage_words(line))
        elif line.get("type") == "result":
            found.update(line["features"])
        elif line.get("type") == "error":
            refused.update(line)

    ctx.progress(_FROM_PCT, _STAGE)
    options = ["--ffmpeg", settings.FFMPEG_BINARY] if settings.FFMPEG_BINARY else []
    try:
        with ctx.without_connection(), store().local(video.media.storage_key) as path:
            ctx.run_child(python_argv("patterns.measure", str(path), *options), on_line=on_line, limits=_LIMITS)
    except FileNotFoundError as error:
        raise NotFound(
            PatternError.MEASURE_FAILED, f"The file of “{video.title}” is no longer in the storage. Upload it again."
        ) from error
    except ChildError as error:
        _explain(video, refused, error)
    return Done(
        {"engine_version": found.get("engine_version", "")},
        commit=lambda: _commit(ctx, video, found),
    )


def _explain(video: Video, refused: dict[str, str], error: ChildError) -> None:
    """A refusal that names the file is final; a fault of the machine may heal and is tried again."""
    code = refused.get("code", PatternError.MEASURE_FAILED)
    if refused and code in _MACHINE:
        raise Transient(
            f"{refused['message']} That is a fault of this machine, not of “{video.title}”: analyse it again later.",
            code=code,
        ) from error
    if refused:
        raise UnsupportedMedia(code, refused["message"]) from error
    # The system ends processes when memory runs out; that says nothing about the file.
    if error.reason == "exit" and error.code != -signal.SIGKILL:
        raise UnsupportedMedia(
            PatternError.MEASURE_FAILED,
            f"“{video.title}” could not be measured: reading its pictures or sound failed. Export it again as MP4.",
        ) from error
    raise Transient(
        f"Measuring “{video.title}” took too long or needed more memory than this machine has free. "
        "Analyse it again later.",
        code=MeasureCode.TOO_LONG,
    ) from error


def _commit(ctx: JobContext, video: Video, features: dict[str, Any]) -> dict[str, Any]:
    analysis = services.record(workspace_id=ctx.workspace_id, video_id=video.pk, features=features)
    if analysis is None:
        return {}
    services.enqueue_meaning(actor=ctx.actor, video_id=video.pk)
    return {"analysis_id": str(analysis.pk)}
