"""Opens a rendered file as a player would and compares it with what was asked for, before it may count."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import av

from editing.plan import Output
from videofile import streams
from videofile.probe import opened

_DURATION_TOLERANCE_S: Final = 0.1


class VerifyError(Exception):
    """The file is not what the plan asked for; the message says in what."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A verified output. `path` is absolute; the checksum is that of the whole file."""

    key: str
    path: str
    aspect: str
    width: int
    height: int
    fps: float
    duration_s: float
    size_bytes: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """As it stands in the result line."""
        return asdict(self)


def verify(path: Path, output: Output, expected_s: float) -> Rendered:
    """Check size, shape, length, both streams, and that the first and last pictures decode."""
    try:
        with opened(path) as container:
            duration_s = _check(container, output, expected_s)
    except streams.BROKEN as error:
        raise VerifyError(f"The file cannot be opened again: {error}.") from error
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Rendered(
        key=output.key,
        path=str(path),
        aspect=output.aspect,
        width=output.width,
        height=output.height,
        fps=output.fps,
        duration_s=round(duration_s, 3),
        size_bytes=path.stat().st_size,
        sha256=digest,
    )


def _check(container: Any, output: Output, expected_s: float) -> float:
    if not container.streams.video or not container.streams.audio:
        raise VerifyError("It does not have both a picture and a sound track.")
    video, audio = container.streams.video[0], container.streams.audio[0]
    size = (video.codec_context.width, video.codec_context.height)
    if size != (output.width, output.height) or video.sample_aspect_ratio not in (None, 0, 1):
        raise VerifyError(f"Its picture is {size[0]}x{size[1]} instead of {output.width}x{output.height}.")
    seen, heard = _ends(container, video, audio)
    for name, end in (("picture", seen), ("sound", heard)):
        if abs(end - expected_s) > _DURATION_TOLERANCE_S:
            raise VerifyError(f"Its {name} lasts {end:.2f} s instead of {expected_s:.2f} s.")
    _check_plays(container, video, expected_s)
    return seen


def _ends(container: Any, video: Any, audio: Any) -> tuple[float, float]:
    """Seconds at which the last packet of each stream ends. Every packet is read, none decoded."""
    ends = {video.index: 0.0, audio.index: 0.0}
    for packet in container.demux(video, audio):
        if packet.pts is not None:
            end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
            ends[packet.stream.index] = max(ends[packet.stream.index], end)
    return ends[video.index], ends[audio.index]


def _check_plays(container: Any, video: Any, expected_s: float) -> None:
    for moment in (0.0, max(0.0, expected_s - 0.2)):
        container.seek(int(moment * av.time_base))
        if next(container.decode(video), None) is None:
            raise VerifyError(f"Nothing can be decoded at {moment:.1f} s.")
