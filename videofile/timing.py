"""When the pictures of a stream are shown: its usable length and its nominal frame rate.

The usable length is what there is of the chosen video stream: up to the end of its last picture. Sound may last longer
and a header may promise more; neither can be shown. All times count from the start of the file (`streams.start_s`).
"""

from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from videofile import boxes, streams

STANDARD_RATES = tuple(
    Fraction(*pair)
    for pair in (
        (10, 1), (12, 1), (15, 1), (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1),
        (60000, 1001), (60, 1), (100, 1), (120000, 1001), (120, 1), (240000, 1001), (240, 1),
    )
)  # fmt: skip
_ALIKE = 1.2  # intervals within this ratio count as one: time stamps are rounded and jitter
_STEADY = 0.03  # how far the average may lie from the usual interval before it is the average of unlike parts
_EXACT = 0.004  # a rate this close to a known one is that one
_ODD_SHARE = 0.02
_LEAST_INTERVAL_S = 0.0005
# A header's duration may exceed what there is by this much before the file counts as cut off.
_MISSING_S = 0.5
_MISSING_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Rate:
    """`nominal` is pictures a second at the usual interval (their mode), 0 when unknown; never the average of a slow
    and a fast part, or of one with a gap."""

    nominal: float
    varies: bool

    @property
    def interval_s(self) -> float:
        """How long a picture is shown; 0 when unknown."""
        return 1 / self.nominal if self.nominal else 0.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds from the start of the file: when the first and the last picture are shown, and when the last one ends.

    When a part of the file is missing, `missing` says how much of how much is there, and `promised_s` how long it
    should be; else that is the same as `end_s`.
    """

    start_s: float
    last_s: float
    end_s: float
    rate: Rate
    pictures: int
    promised_s: float
    missing: str = ""


def read_timing(container: Any, stream: Any, source: str) -> Timing:
    """The times of a stream.

    MP4 and MOV tell from their index; of all others, and of fragments, every packet's header is read.
    """
    if container.format.name.startswith("mov") and stream.frames and not _is_fragmented(source):
        found = _indexed(container, stream, source)
        if found is not None:
            return found
    return _walked(container, stream)


def _is_fragmented(source: str) -> bool:
    path = Path(source)
    return path.is_file() and boxes.is_fragmented(path)


def _indexed(container: Any, stream: Any, source: str) -> Timing | None:
    entries = [entry for entry in stream.index_entries if not entry.is_discard]
    if not any(entry.is_keyframe for entry in entries):
        return None
    path = Path(source)
    size = path.stat().st_size if path.is_file() else container.size
    needed = max(entry.pos + entry.size for entry in entries)
    missing = f"{size} of at least {needed} bytes" if size and needed > size else ""
    # The index tells when pictures are decoded; in order, these times lie as far apart as those of showing.
    times = sorted(float(entry.timestamp * stream.time_base) for entry in entries)
    rate = rate_of(times, stream.average_rate, stream.time_base)
    start = streams.begin_s(container, stream)
    last = start + times[-1] - times[0]
    end = last + rate.interval_s
    if not missing:
        key = max(entry.timestamp for entry in entries if entry.is_keyframe)
        last, end = _tail(container, stream, key) or (last, end)
    return Timing(start, last, end, rate, len(entries), end, missing)


def _tail(container: Any, stream: Any, key: int | None) -> tuple[float, float] | None:
    """When the last packet begins and ends, told by the packets from a key frame (in the stream's time base) on, or by
    all of them."""
    ends: list[tuple[float, float]] = []
    zero = streams.start_s(container)
    with suppress(*streams.BROKEN):
        if key is not None:
            container.seek(key, stream=stream, backward=True)
        for packet in container.demux(stream):
            if packet.pts is not None and not packet.is_discard:
                begin = float(packet.pts * packet.time_base) - zero
                ends.append((begin, begin + float((packet.duration or 0) * packet.time_base)))
    streams.rewind(container)
    return max(ends, default=None)


def end_of(container: Any, stream: Any) -> float:
    """When a stream ends, told by its packets alone."""
    streams.rewind(container)
    tail = _tail(container, stream, None)
    return tail[1] if tail else 0.0


def _walked(container: Any, stream: Any) -> Timing:
    zero = streams.start_s(container)
    times: list[float] = []
    end = furthest = 0.0
    streams.rewind(container)
    with suppress(*streams.BROKEN):
        for packet in container.demux([*container.streams.video, *container.streams.audio]):
            at = packet.pts if packet.pts is not None else packet.dts
            if at is None:
                continue
            begin = float(at * packet.time_base) - zero
            finish = begin + float((packet.duration or 0) * packet.time_base)
            furthest = max(furthest, finish)
            if packet.stream.index == stream.index and not packet.is_discard:
                times.append(begin)
                end = max(end, finish)
    streams.rewind(container)
    times.sort()
    rate = rate_of(times, stream.average_rate, stream.time_base)
    if times and end <= times[-1]:
        end = times[-1] + rate.interval_s
    there, whole = _there_of_whole(container, stream, len(times), furthest)
    is_missing = whole - there > max(_MISSING_S, whole * _MISSING_SHARE)
    return Timing(
        max(0.0, times[0]) if times else 0.0,
        times[-1] if times else 0.0,
        end,
        rate,
        len(times),
        max(end, whole) if is_missing else end,
        f"{there:.1f} s of {whole:.1f} s" if is_missing else "",
    )


def _there_of_whole(container: Any, stream: Any, pictures: int, furthest: float) -> tuple[float, float]:
    """How much is there of what the header promises, in seconds. A cut takes the end of every stream, so a film that
    is merely shorter than the sound is whole; AVI also says how many pictures it has."""
    declared = container.duration / av.time_base if container.duration else 0.0
    if stream.frames and stream.average_rate and not container.format.name.startswith("mov"):
        whole, there = (count / float(stream.average_rate) for count in (stream.frames, pictures))
        if whole - there > declared - furthest:
            return there, whole
    return furthest, declared


def rate_of(times_s: Sequence[float], declared: Fraction | None = None, tick: Fraction | None = None) -> Rate:
    """The nominal rate of pictures shown at these times, in order. `declared` is the container's average, `tick` the
    unit in which it counts time."""
    gaps = sorted(gap for gap in (b - a for a, b in pairwise(times_s)) if gap > _LEAST_INTERVAL_S)
    if not gaps:
        return Rate(round(float(declared), 3) if declared and len(times_s) < 2 else 0.0, False)
    usual = 1 / _mode(gaps, float(tick or 0))
    average = len(gaps) / sum(gaps)
    steady = abs(average / usual - 1) <= _STEADY
    odd = sum(abs(gap * usual - 1) > max(0.002 * usual, 0.3) for gap in gaps) / len(gaps)
    # Time stamps that jitter hide the interval that is meant, but not their average.
    known = _known(usual, declared) or (_known(average, declared) if steady else None)
    return Rate(round(known or (average if steady else usual), 3), odd > _ODD_SHARE or not steady)


def _mode(gaps: Sequence[float], tick: float) -> float:
    """The middle of the narrow band in which most intervals lie. `gaps` are sorted."""
    best: tuple[int, int] = (0, 0)
    for first, gap in enumerate(gaps):
        # GIF counts hundredths: 30 a second are 3, 3 and 4 of them. AVI counts pictures, and there nothing is rounded.
        rounding = tick if tick < gap / 2 else 0.0
        count = bisect_right(gaps, gap * _ALIKE + rounding) - first
        if count > best[0]:
            best = (count, first)
    count, first = best
    return sum(gaps[first : first + count]) / count


def _known(rate: float, declared: Fraction | None) -> float | None:
    """The rate that is meant by a measured one: the nearest standard one, else the declared, else None."""
    nearest = min(STANDARD_RATES, key=lambda known: abs(rate / float(known) - 1))
    for known in (nearest, declared):
        if known and abs(rate / float(known) - 1) <= _EXACT:
            return float(known)
    return None
