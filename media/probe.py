"""Reads the facts of a video file. Runs as a child process: `python -m media.probe SOURCE DEMUXER`.

Writes one JSON object on stdout: `{"facts": {...}}`, or `{"problem": "<code>", "detail": "..."}` when the file cannot
be used. Knows no Django. What the streams, times and turns of a file are is told by `videofile`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import av

from core.child import end_with_parent
from videofile import boxes, streams, timing
from videofile.orientation import Orientation, shown_size
from videofile.timing import Timing

MAX_PIXELS = 8192 * 4320
# What x264 and x265 write into the stream about themselves.
_OPEN_GOP = (b"open_gop=1", b" open-gop ")


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
        code = "truncated_file" if demuxer == "mov" and _is_cut_off(source) else "damaged_file"
        raise Problem(code, str(error)) from error
    with container:
        stream = video_stream(container)
        _refuse_unreadable(stream)
        frame = _first_frame(container, stream)
        times = timing.read_timing(container, stream, source)
        if times.missing:
            raise Problem("truncated_file", times.missing)
        if times.end_s <= 0:
            raise Problem("damaged_file", "no duration")
        return _facts(container, stream, frame, times) | _layout(source, demuxer)


def _is_cut_off(source: str) -> bool:
    path = Path(source)
    return path.is_file() and boxes.is_cut_off(path)


def video_stream(container: Any) -> Any:
    """The film; `Problem` when there is none."""
    stream = streams.video_stream(container)
    if stream is None:
        raise Problem("no_video_stream")
    return stream


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


def _audio(container: Any) -> dict[str, Any]:
    stream = streams.audio_stream(container)
    if stream is None:
        return {}
    context = stream.codec_context
    return {
        "audio_codec": context.codec.canonical_name,
        "audio_sample_rate_hz": context.sample_rate or None,
        "audio_channels": context.channels or None,
        "audio_bit_rate": context.bit_rate or None,
    }


def _facts(container: Any, stream: Any, frame: Any, times: Timing) -> dict[str, Any]:
    turned = Orientation.of(frame)
    width, height = shown_size(stream, frame)
    context = stream.codec_context
    audio = _audio(container)
    return {
        "container": container.format.name,
        "duration_s": round(times.end_s, 3),
        "start_s": round(times.start_s, 3),
        "width": width,
        "height": height,
        "coded_width": context.width,
        "coded_height": context.height,
        "rotation_deg": turned.turn_deg,
        "mirrored": turned.mirrored,
        "fps": times.rate.nominal or None,
        "variable_frame_rate": times.rate.varies,
        "frames": stream.frames or None,
        "video_codec": context.codec.canonical_name,
        "pixel_format": context.pix_fmt,
        "interlaced": bool(frame.interlaced_frame),
        "open_gop": any(note in bytes(data) for data in frame.side_data for note in _OPEN_GOP),
        "bit_rate": container.bit_rate or None,
        "has_audio": bool(audio),
        **audio,
    }


def _layout(source: str, demuxer: str) -> dict[str, Any]:
    """`starts_at_once`: whether an MP4 or MOV has its index in front; absent where that cannot be told."""
    path = Path(source)
    return {"starts_at_once": boxes.starts_at_once(path)} if demuxer == "mov" and path.is_file() else {}


def main(source: str, demuxer: str) -> dict[str, Any]:
    """The child's answer."""
    try:
        return {"facts": probe(source, demuxer)}
    except Problem as problem:
        return {"problem": problem.code, "detail": problem.detail[:300]}


if __name__ == "__main__":
    end_with_parent()
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2])) + "\n")
