"""Which stream of a file is its film, and which is its sound."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import av
from av.error import FFmpegError
from av.stream import Disposition

_STILLS = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
# What reading a damaged file raises; what was read before it counts.
BROKEN = (FFmpegError, OSError, ValueError, IndexError)
# A stream that lasts less than this share of the longest is a picture or a title beside the film.
_FILM_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class _Extent:
    """How much of a stream there is."""

    pictures: int
    seconds: float


def video_stream(container: Any) -> Any:
    """The film: moving pictures that can be decoded, by default flag, then length, size and number of pictures.

    Covers are never the film, whether they are marked as such or lie in the file as a stream of one picture. None when
    there is no film; a stream whose decoder is missing is returned only when there is no other.
    """
    streams = [stream for stream in container.streams.video if not stream.disposition & _STILLS]
    readable = [stream for stream in streams if stream.codec_context is not None and stream.codec_context.name]
    candidates = readable or streams
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    extents = _extents(container, candidates)
    longest = max(extents[stream.index].seconds for stream in candidates)
    films = [
        stream
        for stream in candidates
        if extents[stream.index].pictures > 1 and extents[stream.index].seconds >= _FILM_SHARE * longest
    ]
    return max(films or candidates, key=lambda stream: _rank(stream, extents[stream.index]))


def _rank(stream: Any, extent: _Extent) -> tuple[bool, int, int, int, int]:
    context = stream.codec_context
    size = (context.width or 0) * (context.height or 0) if context is not None else 0
    is_default = bool(stream.disposition & Disposition.default)
    return is_default, round(extent.seconds), size, extent.pictures, -stream.index


def _extents(container: Any, streams: Sequence[Any]) -> dict[int, _Extent]:
    """From the index where the container has one; else every packet is counted."""
    if all(stream.frames and stream.duration for stream in streams):
        return {stream.index: _Extent(stream.frames, float(stream.duration * stream.time_base)) for stream in streams}
    counts = {stream.index: 0 for stream in streams}
    firsts: dict[int, float] = {}
    lasts = dict.fromkeys(counts, 0.0)
    with suppress(*BROKEN):
        for packet in container.demux(list(streams)):
            at = packet.pts if packet.pts is not None else packet.dts
            if at is None:
                continue
            counts[packet.stream.index] += 1
            begin = float(at * packet.time_base)
            firsts.setdefault(packet.stream.index, begin)
            lasts[packet.stream.index] = max(
                lasts[packet.stream.index], begin + float((packet.duration or 0) * packet.time_base)
            )
    rewind(container)
    return {index: _Extent(count, lasts[index] - firsts.get(index, 0.0)) for index, count in counts.items()}


def audio_stream(container: Any) -> Any:
    """The sound: the first stream that can be decoded, the default one before others. None when there is none."""
    streams = [stream for stream in container.streams.audio if _is_decodable(stream)]
    return min(streams, key=lambda stream: not stream.disposition & Disposition.default, default=None)


def _is_decodable(stream: Any) -> bool:
    """A stream of an unknown codec, or one that promises no channels, counts as no sound."""
    with suppress(*BROKEN, AttributeError):
        return bool(stream.codec_context is not None and stream.rate and stream.layout.nb_channels)
    return False


def rewind(container: Any) -> None:
    """Back to the beginning, after packets were read."""
    with suppress(*BROKEN):
        container.seek(container.start_time or 0, backward=True)


def start_s(container: Any) -> float:
    """Zero of all times of this product: where the first stream of the file begins, as players count."""
    return float((container.start_time or 0) / av.time_base)


def begin_s(container: Any, stream: Any) -> float:
    """When a stream begins, in seconds from the start of the file."""
    if stream.start_time is None or stream.time_base is None:
        return 0.0
    return max(0.0, float(stream.start_time * stream.time_base) - start_s(container))
