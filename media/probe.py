"""Judges a video file by its facts. Runs as a child process: `python -m media.probe SOURCE DEMUXER`.

Writes one JSON object on stdout: `{"facts": {...}}`, or `{"problem": "<code>", "detail": "..."}` when the file cannot
be used. Knows no Django. What the streams, times and turns of a file are is told by `videofile.probe`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from videofile import boxes
from videofile.probe import Film, MediaFacts, ProbeError, Sound, TooManyPixelsError
from videofile.probe import probe as read
from videofile.processes import end_with_parent

MAX_PIXELS = 8192 * 4320


class Problem(Exception):
    """Why this file cannot be used."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def probe(source: str, demuxer: str) -> dict[str, Any]:
    """The facts of a video file; raises `Problem`."""
    try:
        found = read(source, demuxer, most_pixels=MAX_PIXELS)
    except TooManyPixelsError as error:
        raise Problem("too_many_pixels", str(error)) from error
    except ProbeError as error:
        is_cut_off = demuxer == "mov" and Path(source).is_file() and boxes.is_cut_off(Path(source))
        raise Problem("truncated_file" if is_cut_off else "damaged_file", str(error)) from error
    film = found.film
    if film is None:
        raise Problem("no_video_stream")
    if not film.codec:
        raise Problem("unsupported_codec", "no decoder")
    if not film.is_decodable:
        raise Problem("damaged_file", "not one picture could be decoded")
    if film.timing.missing:
        raise Problem("truncated_file", film.timing.missing)
    if film.timing.end_s <= 0:
        raise Problem("damaged_file", "no duration")
    return _facts(found, film) | _layout(source, demuxer)


def _facts(found: MediaFacts, film: Film) -> dict[str, Any]:
    return {
        "container": found.container,
        "duration_s": round(film.timing.end_s, 3),
        "start_s": round(film.timing.start_s, 3),
        "width": film.width,
        "height": film.height,
        "coded_width": film.coded_width,
        "coded_height": film.coded_height,
        "rotation_deg": film.orientation.turn_deg,
        "mirrored": film.orientation.mirrored,
        "fps": film.fps or None,
        "variable_frame_rate": film.timing.rate.varies,
        "frames": film.declared_frames or None,
        "video_codec": film.codec,
        "pixel_format": film.pixel_format,
        "interlaced": film.is_interlaced,
        "open_gop": film.has_open_gop,
        "bit_rate": found.bit_rate or None,
        "has_audio": found.sound is not None,
        **(_sound_facts(found.sound) if found.sound else {}),
    }


def _sound_facts(sound: Sound) -> dict[str, Any]:
    return {
        "audio_codec": sound.codec,
        "audio_sample_rate_hz": sound.sample_rate or None,
        "audio_channels": sound.channels or None,
        "audio_bit_rate": sound.bit_rate or None,
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
