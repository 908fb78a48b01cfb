"""What the renderer has to know of a source file, as `videofile.probe` tells it.

`display_width` and `display_height` are those of the upright picture with square pixels. Zero of all times is the start
of the file, as FFmpeg counts it.
"""

from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from editing.errors import EditingError
from editing.plan import SourceLimit
from videofile import streams
from videofile.probe import ProbeError, opened, probe


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
        found = probe(path)
    except ProbeError as error:
        raise SourceError(
            EditingError.SOURCE_UNREADABLE, "The source file cannot be read as a video; it may be damaged."
        ) from error
    audio_index = found.sound.index if found.sound is not None else None
    film = found.film
    if film is None:
        return SourceFacts(path, found.sound_s, None, audio_index, latest_start_s=found.latest_start_s)
    if not film.is_decodable:
        raise SourceError(EditingError.SOURCE_UNREADABLE, "The source video has no picture that can be decoded.")
    is_image = found.is_still or found.container == "gif"
    return SourceFacts(
        path=path,
        duration_s=0.0 if is_image else film.timing.end_s,
        video_index=film.index,
        audio_index=audio_index,
        display_width=max(2, film.width),
        display_height=max(2, film.height),
        fps=(0.0 if is_image else film.fps) or 30.0,
        latest_start_s=found.latest_start_s,
        is_image=is_image,
        is_hdr=film.is_hdr,
        is_interlaced=film.is_interlaced,
    )


class KeyFrames:
    """Answers where decoding would have to begin for a moment of a video. One open file; use as a context manager."""

    def __init__(self, facts: SourceFacts) -> None:
        self._facts = facts
        self._stack = ExitStack()
        self._container: Any = None

    def __enter__(self) -> "KeyFrames":
        self._container = self._stack.enter_context(opened(self._facts.path))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def before(self, time_s: float) -> float:
        """Time of the last seek point at or before `time_s`; 0 when the file cannot say."""
        stream = self._container.streams[self._facts.video_index]
        start = self._container.start_time or 0
        with suppress(*streams.BROKEN):
            self._container.seek(int(time_s * av.time_base) + start, backward=True)
            for packet in self._container.demux(stream):
                if packet.pts is not None:
                    return max(0.0, float(packet.pts * packet.time_base) - start / av.time_base)
        return 0.0
