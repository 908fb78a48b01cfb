"""Single pictures of a video by their stamps, large enough to read: only what lies between a key frame and the last
wanted picture behind it is decoded again."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence

import numpy as np

from videofile import ffmpeg, streams
from videofile.probe import opened

from . import matroska, stamps
from .ocr import LONG_SIDE
from .probe import Probe
from .thumbs import U8
from .video_pass import STALL_S

# All of these in microseconds.
CHOOSE = 400  # FFmpeg compares times in seconds, not exactly; what it gives is compared exactly
AGAIN = 1_500_000  # decoding this much more costs less than another start of FFmpeg
TAIL = 600_000  # read behind the last wanted picture: pictures are stored in another order than they are shown
BEFORE_KEY = 1_000  # a seek to the very time of a key frame may miss it by rounding
BEGINNING = -(1 << 60)  # before every stamp: the file is read from its start, without a seek
MOST_AT_ONCE = 24  # pictures held in memory, half a megabyte each


def fetch(exe: str, probe: Probe, wanted: Sequence[int]) -> Iterator[tuple[int, U8]]:
    """Pairs (stamp, picture (h, w, 3) as blue, green, red, as shown) for the stamps that could be found again.

    Raises Stalled or BrokenStream when a reading ends badly.
    """
    left = sorted(set(wanted))
    for start, group in groups(left, _key_stamps(probe)):
        found = dict(_decode(exe, probe, start, group))
        yield from sorted(found.items())
        left = [stamp for stamp in left if stamp not in found]
        if len(found) < len(group):
            # Without usable seek points the rest of the file is read in one go, from its beginning.
            break
    if left:
        yield from _decode(exe, probe, None, left)


def size(probe: Probe) -> tuple[int, int]:
    """Width and height of the pictures: never more than the video has, multiples of four, square pixels."""
    scale = min(1.0, LONG_SIDE / max(probe.film.width, probe.film.height))
    return max(32, round(probe.film.width * scale / 4) * 4), max(32, round(probe.film.height * scale / 4) * 4)


def groups(wanted: Sequence[int], keys: Sequence[int]) -> list[tuple[int | None, list[int]]]:
    """Wanted stamps that one run of the decoder serves, each with the stamp of the key frame it starts at."""
    out: list[tuple[int | None, list[int]]] = []
    for stamp in wanted:
        key = _key_before(stamp, keys)
        behind = out[-1][1][-1] if out else 0
        if out and len(out[-1][1]) < MOST_AT_ONCE and (key is None or key - behind < AGAIN):
            out[-1][1].append(stamp)
        else:
            out.append((key, [stamp]))
    return out


def _key_before(stamp: int, keys: Sequence[int]) -> int | None:
    """The key frame at which decoding has to begin, BEGINNING for the first one; None where none is known."""
    place = bisect.bisect_right(keys, stamp)
    return keys[place - 1] if place > 1 else BEGINNING if keys else None


def _key_stamps(probe: Probe) -> list[int]:
    """The stamp of each key frame; none when the container does not tell."""
    try:
        with opened(probe.path) as container:
            video = container.streams[probe.film.index]
            return sorted(
                round(packet.pts * packet.time_base * stamps.UNITS)
                for packet in container.demux(video)
                if packet.is_keyframe and packet.pts is not None
            )
    except streams.BROKEN:
        return []


def follow(exe: str, probe: Probe, spans: Sequence[Sequence[int]]) -> Iterator[tuple[int, U8]]:
    """Pairs (stamp, luma at half the size) of the pictures in the spans, each a row of stamps, in order.

    Raises Stalled or BrokenStream when a reading ends badly.
    """
    for seek, group in _runs([(span[0], span[-1]) for span in spans], _key_stamps(probe)):
        found = _spans(exe, probe, seek, group)
        head = next(found, None)
        if seek is not None and (head is None or head[0] != group[0][0]):
            # Without usable seek points the file is read from its beginning.
            found = _spans(exe, probe, None, group)
            head = next(found, None)
        if head is not None:
            yield head
            yield from found


def _runs(spans: Sequence[tuple[int, int]], keys: Sequence[int]) -> list[tuple[int | None, list[tuple[int, int]]]]:
    """Spans that one run of the decoder serves: those whose key frame lies before the end of the one before."""
    out: list[tuple[int | None, list[tuple[int, int]]]] = []
    for span in spans:
        key = _key_before(span[0], keys)
        if out and (key is None or key < out[-1][1][-1][1]):
            out[-1][1].append(span)
        else:
            out.append((key, [span]))
    return out


def _spans(exe: str, probe: Probe, seek: int | None, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, U8]]:
    width, height = (side // 2 for side in size(probe))
    for stamp, raw in _run(exe, probe, seek, spans, (width, height), "gray"):
        yield stamp, np.frombuffer(raw, np.uint8).reshape(height, width)


def _decode(exe: str, probe: Probe, seek: int | None, wanted: Sequence[int]) -> Iterator[tuple[int, U8]]:
    """The wanted pictures from one run of FFmpeg from the key frame at `seek`; what cannot be decoded is left out."""
    width, height = size(probe)
    left = set(wanted)
    for stamp, raw in _run(exe, probe, seek, [(one, one) for one in wanted], (width, height), "yuv420p"):
        if stamp in left:
            left.remove(stamp)
            yield stamp, _bgr(raw, width, height)


def _run(
    exe: str, probe: Probe, seek: int | None, spans: Sequence[tuple[int, int]], shape: tuple[int, int], pixels: str
) -> Iterator[tuple[int, bytes]]:
    """Every picture from the first to the last stamp of each span. Without a seek all of the file may be read, for
    nothing is known of the order in which it stores its pictures."""
    width, height = shape
    around = ((low - CHOOSE, high + CHOOSE) for low, high in spans)
    chosen = "+".join(f"between(t,{low / stamps.UNITS:.6f},{high / stamps.UNITS:.6f})" for low, high in around)
    limits: list[str] = []
    if seek is not None:
        begin = max(0, seek - probe.start_us - BEFORE_KEY)
        length = spans[-1][1] - probe.start_us - begin + TAIL
        # Of the input: an end of the output would wait for a picture behind it, and none of those is chosen.
        limits = ["-ss", f"{begin / stamps.UNITS:.6f}"] if begin else []
        limits += ["-t", f"{length / stamps.UNITS:.6f}"]
    args = [
        *("-threads", str(ffmpeg.threads()), "-skip_loop_filter", "all", *stamps.KEEP_CLOCK, *limits),
        *ffmpeg.input_args(probe.path),
        *("-map", f"0:{probe.film.index}", "-an", "-sn", "-dn"),
        *stamps.raw_output(f"select='{chosen}',scale={width}:{height}:flags=area:out_range=tv", pixels),
    ]
    frame_bytes = width * height if pixels == "gray" else width * height * 3 // 2
    with ffmpeg.Process(ffmpeg.command(exe, *args), stall_s=STALL_S) as stream:
        for sent, raw in matroska.pictures(stream.read, frame_bytes):
            yield stamps.read(sent), raw


def _bgr(raw: bytes, width: int, height: int) -> U8:
    """Limited-range BT.601 to the three colours; a reader of text does not mind which matrix it was."""
    import cv2  # here alone, and only where a reader of text is

    planes = np.frombuffer(raw, np.uint8).reshape(height * 3 // 2, width)
    colours: U8 = cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420).astype(np.uint8, copy=False)
    return colours
