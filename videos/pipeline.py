"""Check → facts → previews of one video, in child processes, under the job's fencing token."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from core.child import ChildError, Limits, python_argv
from core.errors import NotFound, UnsupportedMedia, ValidationFailed
from jobs import Done, JobContext, Transient
from media import file_type, upload_checks
from media import services as files
from media.models import MediaFile
from media.services import Stored
from media.storage import sha256_of, store
from videos.errors import VideoError
from videos.models import Video
from videos.services import processing

_PREVIEW_LIMITS = Limits(timeout_s=1800, memory_bytes=4 * 1024**3, silence_s=180)
# Shares of the bar that a person watches; measuring (patterns) takes the rest.
_CHECKED, _PROBED, _PREVIEWED = 10, 15, 40


def prepare(ctx: JobContext, video: Video) -> Done:
    """Run the stages; the result goes live only when the job ends."""
    media = video.media
    processing.enter_stage(video, Video.Stage.CHECK)
    ctx.progress(0, Video.Stage.CHECK.label)
    try:
        with ctx.without_connection(), store().local(media.storage_key) as path:
            sha256 = _checksum(media, path)
            ctx.progress(_CHECKED, Video.Stage.PROBE.label)
            with path.open("rb") as handle:
                container = upload_checks.container_of(media.original_name, handle.read(file_type.HEAD_BYTES))
            facts = _facts(ctx, media, path, container)
            ctx.progress(_PROBED, Video.Stage.PREVIEW.label)
            poster, storyboard = _previews(ctx, video, path, container, facts)
    except FileNotFoundError as error:
        raise NotFound(
            VideoError.FILE_GONE, f"The file of “{video.title}” is no longer in the storage. Upload it again."
        ) from error

    def commit() -> None:
        processing.keep_previews(
            actor=ctx.actor, video_id=video.pk, sha256=sha256, facts=facts, poster=poster, storyboard=storyboard
        )

    return Done({"sha256": sha256, "duration_s": facts.get("duration_s")}, commit=commit)


def _checksum(media: MediaFile, path: Path) -> str:
    """Known since the file came, unless its bytes went past this server. A size that differs means that the storage
    lost bytes."""
    if path.stat().st_size != media.size_bytes:
        raise ValidationFailed(
            VideoError.FILE_GONE, f"The stored file of “{media.original_name}” was changed. Upload it again."
        )
    return media.sha256 or sha256_of(path)


def _facts(ctx: JobContext, media: MediaFile, path: Path, container: file_type.Container) -> dict[str, Any]:
    """Read when the file came; of one that the product made itself, now."""
    if "container" in media.probe:
        return dict(media.probe)

    def child(argv: list[str], on_line: Callable[[dict[str, Any]], None]) -> None:
        ctx.run_child(argv, on_line=on_line, limits=upload_checks.CHILD_LIMITS)

    return upload_checks.probe(media.original_name, str(path), container, child).facts


def _previews(
    ctx: JobContext, video: Video, path: Path, container: file_type.Container, facts: dict[str, Any]
) -> tuple[Stored, Stored]:
    made: dict[str, Any] = {}

    def on_line(line: dict[str, Any]) -> None:
        if "pct" in line:
            ctx.progress(_PROBED + (_PREVIEWED - _PROBED) * line["pct"] / 100, Video.Stage.PREVIEW.label)
        else:
            made.update(line)

    with tempfile.TemporaryDirectory(dir=settings.WORK_DIR, prefix="previews-") as folder:
        argv = python_argv("media.previews", str(path), container.demuxer, folder, str(facts["duration_s"]))
        try:
            ctx.run_child(argv, on_line=on_line, limits=_PREVIEW_LIMITS)
        except ChildError as error:
            if error.reason != "exit":
                raise Transient("Making the previews took too long.") from error
            raise UnsupportedMedia(
                VideoError.PREVIEW_FAILED,
                f"The pictures of “{video.media.original_name}” cannot be decoded. Export it as MP4 with H.264.",
            ) from error
        return (
            _put(ctx, MediaFile.Kind.THUMBNAIL, Path(folder) / "poster.jpg", video, made["poster"]),
            _put(ctx, MediaFile.Kind.STORYBOARD, Path(folder) / "storyboard.jpg", video, made["storyboard"]),
        )


def _put(ctx: JobContext, kind: str, path: Path, video: Video, facts: dict[str, Any]) -> Stored:
    stem = video.media.original_name.rsplit(".", 1)[0]
    return files.put(
        workspace_id=video.workspace_id,
        kind=kind,
        source=path,
        content_type="image/jpeg",
        extension="jpg",
        original_name=f"{stem}-{path.name}",
        facts=facts,
        token=ctx.token,
    )
