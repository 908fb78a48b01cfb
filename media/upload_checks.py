"""Judges uploads by content: the first bytes, then a probe in a child process. Every refusal is one sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from core.child import Child, ChildError, Limits, python_argv, run
from core.errors import DomainError, TooLarge, Unavailable, UnsupportedMedia, ValidationFailed
from media import file_type
from media.errors import MediaError
from media.file_type import Container
from media.formatting import size_words

TAKEN = "Upload an MP4, M4V, MOV, AVI or WebM file."
CHILD_LIMITS = Limits(timeout_s=120, memory_bytes=4 * 1024**3)
TAKEN_IMAGES = "Choose a JPEG, PNG, WebP or GIF file; export HEIC photos as JPEG."
_IMAGE_TYPES = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "GIF": ("image/gif", "gif"),
}

_IMAGE_MOST_BYTES = 20 * 1024 * 1024
RunChild = Callable[[list[str], Callable[[dict[str, Any]], None]], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """A video that the product can work with. `facts` are those of `media.probe`."""

    container: Container
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JudgedImage:
    """A picture that the product can work with."""

    content_type: str
    extension: str
    width: int
    height: int
    animated: bool = False
    thumb: tuple[int, int] = (0, 0)


def check_size(name: str, size_bytes: int) -> None:
    """Refuse what is empty or larger than an upload may be, before a byte of it is stored."""
    if size_bytes <= 0:
        raise ValidationFailed(
            MediaError.EMPTY, f"“{name}” is empty (0 bytes). Choose the file again, or export it once more."
        )
    if size_bytes > settings.MAX_UPLOAD_BYTES:
        raise TooLarge(
            MediaError.TOO_LARGE,
            f"“{name}” has {size_words(size_bytes)}; the limit is {size_words(settings.MAX_UPLOAD_BYTES)}. "
            "Export it smaller or split it.",
            {"max_bytes": settings.MAX_UPLOAD_BYTES, "size_bytes": size_bytes},
        )


def container_of(name: str, head: bytes) -> Container:
    """The container that these first bytes begin; `UnsupportedMedia` names what it is instead."""
    if not head:
        check_size(name, 0)
    found = file_type.container_of(head)
    if found is None:
        raise UnsupportedMedia(
            MediaError.NOT_A_VIDEO,
            f"“{name}” is not a video we can use: its content is {file_type.describe(head)}. {TAKEN}",
        )
    return found


def _refusal(name: str, code: str, detail: str) -> DomainError:
    sentences = {
        MediaError.NO_VIDEO_STREAM: f"“{name}” has sound but no moving pictures. {TAKEN}",
        MediaError.UNSUPPORTED_CODEC: (
            f"The pictures in “{name}” are in a format we cannot read. Export it as MP4 with H.264 and try again."
        ),
        MediaError.TOO_MANY_PIXELS: (
            f"“{name}” is too large in pixels ({detail}). Export it at 8K or smaller and try again."
        ),
        MediaError.TRUNCATED: (
            f"“{name}” ends too early: part of the file is missing. Copy or export it again, then upload it once more."
        ),
        MediaError.DAMAGED: f"“{name}” is damaged and cannot be played. Export it again, then upload it once more.",
    }
    known = MediaError(code) if code in set(MediaError) else MediaError.DAMAGED
    return UnsupportedMedia(known, sentences.get(known, sentences[MediaError.DAMAGED]))


def run_child(argv: list[str], on_line: Callable[[dict[str, Any]], None]) -> None:
    """The child outside of a job: the request's thread waits."""
    run(Child(argv=argv, limits=CHILD_LIMITS), on_line)


def probe(name: str, source: str, container: Container, child: RunChild = run_child) -> Judged:
    """The facts of a video, read in a child process. `source` is what FFmpeg opens."""
    answer: dict[str, Any] = {}
    try:
        child(python_argv("media.probe", source, container.demuxer), answer.update)
    except ChildError as error:
        if error.reason == "exit":
            # A crash of the decoder is the file's doing, and the child exists so that it costs nothing else.
            raise _refusal(name, MediaError.DAMAGED, "") from error
        raise Unavailable(
            MediaError.PROBE_FAILED, f"Reading “{name}” took too long. Try again in a few minutes."
        ) from error
    if "facts" not in answer:
        raise _refusal(name, answer.get("problem", MediaError.DAMAGED), answer.get("detail", ""))
    return Judged(container, answer["facts"])


def judge_file(name: str, path: Path, child: RunChild = run_child) -> Judged:
    """Judge a file on this machine: size, first bytes, probe."""
    check_size(name, path.stat().st_size)
    with path.open("rb") as handle:
        container = container_of(name, handle.read(file_type.HEAD_BYTES))
    return probe(name, str(path), container, child)


def check_image_size(name: str, size_bytes: int) -> None:
    """Refuse a picture with more bytes than pictures may have."""
    if size_bytes > _IMAGE_MOST_BYTES:
        raise TooLarge(
            MediaError.TOO_LARGE,
            f"“{name}” has {size_words(size_bytes)}; pictures may have {size_words(_IMAGE_MOST_BYTES)}.",
            {"max_bytes": _IMAGE_MOST_BYTES, "size_bytes": size_bytes},
        )


def judge_image(name: str, path: Path, child: RunChild = run_child) -> JudgedImage:
    """Judge a picture by decoding it in a child process."""
    return _judge_image(name, path, "", child)


def prepare_image(name: str, path: Path, folder: Path, child: RunChild = run_child) -> JudgedImage:
    """Judge a picture and leave two files in `folder`: `clean` (upright, without place, camera or comments) and
    `thumb.jpg` (at most 480 pixels a side)."""
    return _judge_image(name, path, str(folder), child)


def _judge_image(name: str, path: Path, folder: str, child: RunChild) -> JudgedImage:
    check_image_size(name, path.stat().st_size)
    answer: dict[str, Any] = {}
    try:
        child(python_argv("media.picture", str(path), *([folder] if folder else [])), answer.update)
    except ChildError as error:
        if error.reason == "timeout":
            raise Unavailable(
                MediaError.PROBE_FAILED, f"Reading “{name}” took too long. Try again in a few minutes."
            ) from error
        answer = {"problem": MediaError.DAMAGED}
    if "format" not in answer:
        raise _image_refusal(name, str(answer.get("problem", "")), str(answer.get("detail", "")))
    content_type, extension = _IMAGE_TYPES[answer["format"]]
    thumb = answer.get("thumb") or {}
    return JudgedImage(
        content_type, extension, answer["width"], answer["height"], bool(answer.get("animated")),
        (thumb.get("width", 0), thumb.get("height", 0)),
    )  # fmt: skip


def _image_refusal(name: str, code: str, detail: str) -> UnsupportedMedia:
    if code == MediaError.TOO_MANY_PIXELS:
        sentence = f"“{name}” is too large in pixels ({detail}); pictures may have 50 million. Make it smaller first."
    elif code == MediaError.TRUNCATED:
        sentence = f"“{name}” ends too early: part of the picture is missing. Copy or export it once more."
    elif code == MediaError.DAMAGED:
        sentence = f"“{name}” is not a picture we can use: it is damaged. Export it again as JPEG or PNG."
    else:
        what = f": its content is {detail}" if detail else ""
        sentence = f"“{name}” is not a picture we can use{what}. {TAKEN_IMAGES}"
        code = MediaError.NOT_AN_IMAGE
    return UnsupportedMedia(MediaError(code), sentence)


def is_image(head: bytes) -> bool:
    """Whether these first bytes begin a picture that the product takes, or one that a person would call a picture."""
    return file_type.picture_of(head) is not None or file_type.describe(head) == "a still picture"
