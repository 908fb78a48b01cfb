"""What the renderer has to know of a source file, read with PyAV from its header and first frame.

`display_width` and `display_height` are those of the upright picture with square pixels. Which stream is the film, how
long it is and how fast, is told by `videofile`, as everywhere. Zero of all times is the start of the file, as FFmpeg
counts it.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error

from editing.errors import EditingError
from editing.plan import SourceLimit
from videofile import streams, timing
from videofile.orientation import shown_size

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
    """Facts of one source. Without video the width and height are 0; without sound `audio_index` is None.

    `duration_s` is the usable length: that of the pictures, or of the sound where there are none. Before
    `latest_start_s` not every stream has begun, and seeking would skip what the others have until then.
    """

    path: Path
    duration_s: float
    video_index: int | None
    audio_index: int | None
    display_width: int = 0
    display_height: int = 0
    fps: float = 0.0
    latest_start_s: float = 0.0
    is_image: bool = False
    is_hdr: bool = False
    is_interlaced: bool = False

    def seek_s(self, time_s: float) -> float:
        """Where to seek to for a moment: there, or 0 while not every stream has begun."""
        return time_s if time_s > self.latest_start_s else 0.0

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
    video, audio = streams.video_stream(container), streams.audio_stream(container)
    audio_index = audio.index if audio is not None else None
    if video is None:
        return SourceFacts(
            path, _sound_s(container, audio), None, audio_index, latest_start_s=_latest_start_s(container)
        )
    frame = next(container.decode(video), None)
    if frame is None:
        raise SourceError(EditingError.SOURCE_UNREADABLE, "The source video has no picture that can be decoded.")
    width, height = shown_size(video, frame)
    times = None if is_image else timing.read_timing(container, video, str(path))
    return SourceFacts(
        path=path,
        duration_s=times.end_s if times else 0.0,
        video_index=video.index,
        audio_index=audio_index,
        display_width=max(2, width),
        display_height=max(2, height),
        fps=(times.rate.nominal if times else 0.0) or 30.0,
        latest_start_s=_latest_start_s(container),
        is_image=is_image,
        is_hdr=int(frame.color_trc or 0) in _HDR_TRANSFERS,
        is_interlaced=bool(frame.interlaced_frame),
    )


def _latest_start_s(container: Any) -> float:
    found = (*container.streams.video, *container.streams.audio)
    return max((streams.begin_s(container, stream) for stream in found), default=0.0)


def _sound_s(container: Any, audio: Any) -> float:
    """Seconds of a file without pictures."""
    if audio is None:
        return 0.0
    if container.duration and container.duration > 0:
        return float(container.duration / av.time_base)
    return timing.end_of(container, audio)


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
