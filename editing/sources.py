"""What the renderer has to know of a source file, read with PyAV from its header and first frame.

`display_width` and `display_height` are those of the upright picture with square pixels: rotation is known only from a
decoded frame, and a pixel's shape (SAR) widens the frame. Attached pictures (covers) are video streams to the
container and must not be taken for the film. Zero of all times is the start of the container, as FFmpeg counts it.
"""

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error

from editing.errors import EditingError
from editing.plan import SourceLimit

_HDR_TRANSFERS = frozenset({16, 18})  # SMPTE ST 2084 (PQ) and ARIB STD-B67 (HLG), by their numbers in ITU-T H.273
_IMAGE_FORMATS = ("png_pipe", "jpeg_pipe", "mjpeg", "image2", "webp_pipe", "gif", "bmp_pipe")


class SourceError(Exception):
    """A source cannot be used; `code` and a sentence for a person."""

    def __init__(self, code: EditingError, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Facts of one source. Without video the width and height are 0; without sound `audio_index` is None."""

    path: Path
    duration_s: float
    video_index: int | None
    audio_index: int | None
    display_width: int = 0
    display_height: int = 0
    fps: float = 0.0
    is_image: bool = False
    is_hdr: bool = False
    is_interlaced: bool = False

    @property
    def limit(self) -> SourceLimit:
        """The part of the facts that a plan is validated against."""
        return SourceLimit(self.duration_s, has_video=self.video_index is not None, is_image=self.is_image)


def read_facts(path: Path) -> SourceFacts:
    """Open a file and read its facts; `SourceError` says why it cannot be used."""
    if not path.is_file():
        raise SourceError(EditingError.SOURCE_MISSING, "The source file is no longer there. Upload it again.")
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            return _facts(path, container)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise SourceError(
            EditingError.SOURCE_UNREADABLE, "The source file cannot be read as a video; it may be damaged."
        ) from error


def _facts(path: Path, container: Any) -> SourceFacts:
    is_image = any(name in _IMAGE_FORMATS for name in container.format.name.split(","))
    video = next((stream for stream in container.streams.video if not _is_cover(stream)), None)
    audio = next((stream for stream in container.streams.audio if _is_decodable(stream)), None)
    if video is None:
        return SourceFacts(path, _duration(container, audio), None, audio.index if audio else None)
    frame = next(container.decode(video), None)
    if frame is None:
        raise SourceError(EditingError.SOURCE_UNREADABLE, "The source video has no picture that can be decoded.")
    width, height = _display_size(video, frame)
    return SourceFacts(
        path=path,
        duration_s=0.0 if is_image else _duration(container, video),
        video_index=video.index,
        audio_index=audio.index if audio else None,
        display_width=width,
        display_height=height,
        fps=float(video.average_rate or video.guessed_rate or 30),
        is_image=is_image,
        is_hdr=int(frame.color_trc or 0) in _HDR_TRANSFERS,
        is_interlaced=bool(frame.interlaced_frame),
    )


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _is_decodable(stream: Any) -> bool:
    """A stream of an unknown codec, or one that promises no channels, counts as no sound."""
    with suppress(av.error.FFmpegError, AttributeError, ValueError):
        return bool(stream.codec_context is not None and stream.rate and stream.layout.nb_channels)
    return False


def _display_size(video: Any, frame: Any) -> tuple[int, int]:
    shape = video.sample_aspect_ratio or Fraction(1)
    if shape <= 0:
        shape = Fraction(1)
    width, height = round(frame.width * shape), frame.height
    if frame.rotation % 180:
        width, height = height, width
    return max(2, width), max(2, height)


def _duration(container: Any, stream: Any) -> float:
    """Seconds from the container's start to the end of `stream`.

    Some WebM and AVI files give no duration, or a wrong one of zero: then the packets are counted.
    """
    if stream is None:
        return 0.0
    start = (container.start_time or 0) / av.time_base
    if stream.duration and stream.time_base:
        return float((stream.start_time or 0) * stream.time_base + stream.duration * stream.time_base) - start
    if container.duration and container.duration > 0:
        return float(container.duration / av.time_base)
    end = 0.0
    container.seek(0)
    for packet in container.demux(stream):
        if packet.pts is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return end - start


class KeyFrames:
    """Answers where decoding would have to begin for a moment of a video. One open file; use as a context manager."""

    def __init__(self, facts: SourceFacts) -> None:
        self._facts = facts
        self._container: Any = None

    def __enter__(self) -> "KeyFrames":
        self._container = av.open(str(self._facts.path), metadata_errors="ignore")
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def before(self, time_s: float) -> float:
        """Time of the last seek point at or before `time_s`; 0 when the file cannot say."""
        stream = self._container.streams[self._facts.video_index]
        start = self._container.start_time or 0
        with suppress(av.error.FFmpegError):
            self._container.seek(int(time_s * av.time_base) + start, backward=True)
            for packet in self._container.demux(stream):
                if packet.pts is not None:
                    return max(0.0, float(packet.pts * packet.time_base) - start / av.time_base)
        return 0.0
