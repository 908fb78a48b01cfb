"""Reads the facts of a video file. Runs as a child process: `python -m media.probe SOURCE DEMUXER`.

Writes one JSON object on stdout: `{"facts": {...}}`, or `{"problem": "<code>", "detail": "..."}` when the file cannot
be used. Knows no Django. Traps it minds (each is met in real files): the rotation that only a decoded frame tells, WebM
without duration or frame count, variable frame rates, pixels that are not square, cover pictures that count as video
streams, files that end early.
"""

import json
import os
import sys
from contextlib import suppress
from fractions import Fraction
from typing import Any

import av

from core.child import end_with_parent

MAX_PIXELS = 8192 * 4320
_MICRO = 1_000_000
# A header's duration may exceed what the packets cover by this much before the file counts as cut off.
_MISSING_S = 0.5
_MISSING_SHARE = 0.1


class Problem(Exception):
    """Why this file cannot be used."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def probe(source: str, demuxer: str) -> dict[str, Any]:
    """The facts of a video file; raises `Problem`."""
    try:
        container = av.open(source, format=demuxer, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError) as error:
        code = "truncated_file" if _ends_inside_a_box(source, demuxer) else "damaged_file"
        raise Problem(code, str(error)) from error
    with container:
        stream = video_stream(container)
        _refuse_unreadable(stream)
        frame = _first_frame(container, stream)
        last_s = _last_s(container, stream, source)
        return _facts(container, stream, frame, last_s)


def _ends_inside_a_box(source: str, demuxer: str) -> bool:
    """Whether an MP4 or MOV stops in the middle of one of its outermost boxes (ISO/IEC 14496-12, 4.2)."""
    if demuxer != "mov" or not os.path.exists(source):
        return False
    total, at = os.path.getsize(source), 0
    with open(source, "rb") as handle:
        while at + 8 <= total:
            handle.seek(at)
            head = handle.read(16)
            size = int.from_bytes(head[:4], "big")
            if size == 1:
                size = int.from_bytes(head[8:16], "big")
            if size < 8:
                return False
            at += size
    return at > total


def video_stream(container: Any) -> Any:
    """The first stream of moving pictures; covers (attached pictures) do not count."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    raise Problem("no_video_stream")


def _refuse_unreadable(stream: Any) -> None:
    context = stream.codec_context
    if context is None or not context.name:
        raise Problem("unsupported_codec", "no decoder")
    if context.width and context.height and context.width * context.height > MAX_PIXELS:
        raise Problem("too_many_pixels", f"{context.width}×{context.height}")


def _first_frame(container: Any, stream: Any) -> Any:
    try:
        for frame in container.decode(stream):
            return frame
    except av.error.FFmpegError as error:
        raise Problem("damaged_file", str(error)) from error
    raise Problem("damaged_file", "not one picture could be decoded")


def _seconds(value: int | None, base: Fraction | None) -> float | None:
    return float(value * base) if value is not None and base is not None else None


def _last_s(container: Any, stream: Any, source: str) -> float | None:
    """When the last picture that is really there ends; raises when the file was cut off."""
    entries = stream.index_entries
    size = os.path.getsize(source) if os.path.exists(source) else container.size
    if container.format.name.startswith("mov") and stream.frames and len(entries):
        last = max(entries, key=lambda entry: entry.pos + entry.size)
        if size and last.pos + last.size > size:
            raise Problem("truncated_file", f"{size} of at least {last.pos + last.size} bytes")
        return None
    return _scan(container, stream)


def _scan(container: Any, stream: Any) -> float | None:
    """Walk over the packets: the only truth for WebM and AVI, whose headers may say nothing or too much."""
    start = _seconds(stream.start_time, stream.time_base) or 0.0
    declared = container.duration / _MICRO if container.duration else None
    if stream.frames and stream.average_rate:
        declared = max(declared or 0.0, stream.frames / float(stream.average_rate))
    end: float | None = None
    with suppress(av.error.FFmpegError):
        container.seek(0)
        for packet in container.demux(stream):
            if packet.pts is None and packet.dts is None:
                continue
            at = packet.pts if packet.pts is not None else packet.dts
            finish = _seconds(at + (packet.duration or 0), packet.time_base)
            if finish is not None:
                end = finish if end is None else max(end, finish)
    if declared and (end is None or declared - end > max(_MISSING_S, declared * _MISSING_SHARE)):
        raise Problem("truncated_file", f"{end or 0:.1f} s of {declared:.1f} s")
    return end - start if end is not None and end > start else end


def _rate(value: Fraction | None) -> float | None:
    return round(float(value), 3) if value else None


def shown_size(stream: Any, rotation: int) -> tuple[int, int]:
    """Width and height as a player shows them: pixel aspect applied, then the rotation."""
    context = stream.codec_context
    width, height = context.width, context.height
    ratio = stream.sample_aspect_ratio or context.sample_aspect_ratio
    if ratio and ratio > 0 and ratio != 1:
        width = round(width * float(ratio))
    return (height, width) if rotation % 180 else (width, height)


def _audio(container: Any) -> dict[str, Any]:
    for stream in container.streams.audio:
        context = stream.codec_context
        if context is not None:
            return {
                "audio_codec": context.name,
                "audio_sample_rate_hz": context.sample_rate or None,
                "audio_channels": context.channels or None,
            }
    return {}


def _facts(container: Any, stream: Any, frame: Any, last_s: float | None) -> dict[str, Any]:
    rotation = int(getattr(frame, "rotation", 0) or 0) % 360
    width, height = shown_size(stream, rotation)
    duration_s = last_s or (container.duration / _MICRO if container.duration else None)
    if duration_s is None:
        duration_s = _seconds(stream.duration, stream.time_base)
    if not duration_s or duration_s <= 0:
        duration_s = _scan(container, stream)
    if not duration_s:
        raise Problem("damaged_file", "no duration")
    average, base = _rate(stream.average_rate), _rate(stream.base_rate)
    context = stream.codec_context
    audio = _audio(container)
    return {
        "container": container.format.name,
        "duration_s": round(duration_s, 3),
        "start_s": round(_seconds(stream.start_time, stream.time_base) or 0.0, 3),
        "width": width,
        "height": height,
        "coded_width": context.width,
        "coded_height": context.height,
        "rotation_deg": rotation,
        "fps": average or base,
        "variable_frame_rate": bool(average and base and abs(average - base) > 0.01 * base),
        "frames": stream.frames or None,
        "video_codec": context.name,
        "pixel_format": context.pix_fmt,
        "bit_rate": container.bit_rate or None,
        "has_audio": bool(audio),
        **audio,
    }


def main(source: str, demuxer: str) -> dict[str, Any]:
    """The child's answer."""
    try:
        return {"facts": probe(source, demuxer)}
    except Problem as problem:
        return {"problem": problem.code, "detail": problem.detail[:300]}


if __name__ == "__main__":
    end_with_parent()
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2])) + "\n")
