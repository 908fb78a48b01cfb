"""What a platform takes of videos, as data; what is wrong with one; and the copy that puts it right (EC-2).

Everything that re-encoding can mend is mended: container, codec, sound, pixels, frame rate, size, shape, bit rate,
bytes, the place of the index. How long a video lasts is a person's decision: it is told with the file's own value and
the way out, before anything is sent, in the same words for every platform.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from media.formatting import size_words
from publishing.platforms.declared import Problem
from publishing.platforms.spec import MediaSpec

UPRIGHT = 9 / 16
SHAPE_SLACK = 0.02  # a picture's sides are whole pixels, so its shape may miss a limit by a little
FPS_SLACK = 0.1
SECONDS_SLACK = 0.05  # a clip of exactly three seconds may be probed a frame shorter
_USUAL_FPS = 30.0
_SOUND_BITS = 160_000  # of the copy's sound, a second
_WORST_BITS = 300_000  # of the copy's pictures: with less there is nothing to be seen
_CONTAINER_SHARE = 0.03  # of a file that is neither pictures nor sound
_SAMPLE_RATE_HZ = 48_000
_CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Videos:
    """Videos that are taken as they are; empty and 0 mean anything.

    Sides in pixels as shown: `side_min` of the shorter, `side_max` of the longer, `upright_min` width and height of a
    9:16 picture. `aspect_*` is width ÷ height, rates are bits a second. `starts_at_once`: the index lies in front.
    """

    types: frozenset[str] = frozenset()
    codecs: frozenset[str] = frozenset()
    sounds: frozenset[str] = frozenset()
    pixels: frozenset[str] = frozenset()
    sample_rate_max: int = 0
    channels_max: int = 0
    fps_min: float = 0.0
    fps_max: float = 0.0
    side_min: int = 0
    side_max: int = 0
    upright_min: tuple[int, int] = (0, 0)
    aspect_min: float = 0.0
    aspect_max: float = 0.0
    bit_rate_max: int = 0
    bytes_min: int = 0
    bytes_max: int = 0
    starts_at_once: bool = False
    progressive: bool = False
    closed_gop: bool = False
    seconds_min: float = 0.0
    seconds_max: float = 0.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file: `is_` what it is, `takes` what the platform takes."""

    code: str
    is_: str
    takes: str


def problems(item: MediaSpec, label: str, rules: Videos, *, otherwise: str = "choose another") -> Iterator[Problem]:
    """Everything that the platform would refuse, with the file's own value and the way out; `otherwise` is what helps
    when the length cannot be changed."""
    name = f"“{item.name}”" if item.name else "This video"
    for fault in (*_format_faults(item, rules), *_picture_faults(item, rules), *_weight_faults(item, rules)):
        yield Problem("media", fault.code, f"{name} {fault.is_}; {label} takes {fault.takes}. Export it again to fit.")
    for fault in _length_faults(item, rules):
        remedy = "Shorten" if fault.code == "too_long" else "Lengthen"
        sentence = f"{name} {fault.is_}; {label} takes {fault.takes}. {remedy} it, or {otherwise}."
        yield Problem("media", fault.code, sentence)


def not_a_video(item: MediaSpec, label: str) -> Problem:
    """Where only a video will do."""
    name = f"“{item.name}”" if item.name else "This file"
    return Problem("media", "media_missing", f"{name} is a picture; {label} takes exactly one video. Choose a video.")


def seconds_words(seconds: float) -> str:
    """`2.4 seconds`, `15 minutes`, `1 hour 5 minutes`: the two largest units."""
    if seconds < 60:
        shown = f"{seconds:.1f}".removesuffix(".0")
        return f"{shown} second{'' if shown == '1' else 's'}"
    whole = round(seconds)
    units = [(whole // 3600, "hour"), (whole // 60 % 60, "minute"), (whole % 60, "second")]
    parts = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in units if count]
    return " ".join(parts[:2])


def _length_faults(item: MediaSpec, rules: Videos) -> Iterator[Fault]:
    length, most, least = item.duration_s, rules.seconds_max, rules.seconds_min
    if length is None:
        return
    if most and length > most + SECONDS_SLACK:
        yield Fault("too_long", f"lasts {seconds_words(length)}", f"videos of up to {seconds_words(most)}")
    if least and length < least - SECONDS_SLACK:
        yield Fault("too_short", f"lasts {seconds_words(length)}", f"videos of {seconds_words(least)} or more")


def _wrong(value: str, taken: frozenset[str]) -> bool:
    """Whether a known value is none of those that are taken."""
    return bool(value and taken and value not in taken)


def _list(values: frozenset[str]) -> str:
    names = {"video/mp4": "MP4", "video/quicktime": "MOV", "video/webm": "WebM", "h264": "H.264", "hevc": "H.265"}
    return ", ".join(sorted(names.get(value, value.upper()) for value in values))


def _format_faults(item: MediaSpec, rules: Videos) -> Iterator[Fault]:
    if _wrong(item.content_type, rules.types):
        yield Fault("container", f"is {_list(frozenset({item.content_type}))}", _list(rules.types))
    if _wrong(item.video_codec, rules.codecs):
        yield Fault("codec", f"has pictures in {item.video_codec}", _list(rules.codecs))
    if _wrong(item.pixel_format, rules.pixels):
        yield Fault("pixel_format", f"has pixels in {item.pixel_format}", ", ".join(sorted(rules.pixels)))
    if _wrong(item.audio_codec, rules.sounds):
        yield Fault("sound", f"has sound in {item.audio_codec}", _list(rules.sounds))
    if rules.sample_rate_max and (item.sample_rate_hz or 0) > rules.sample_rate_max:
        yield Fault("sample_rate", f"has sound at {item.sample_rate_hz} Hz", f"up to {rules.sample_rate_max} Hz")
    if rules.channels_max and (item.channels or 0) > rules.channels_max:
        yield Fault("channels", f"has {item.channels} channels of sound", f"up to {rules.channels_max}")
    if rules.starts_at_once and item.starts_at_once is False:
        yield Fault("index_behind", "has its index at the end", "files with the index in front")
    if rules.progressive and item.interlaced:
        yield Fault("interlaced", "is interlaced", "whole pictures")
    if rules.closed_gop and item.open_gop:
        yield Fault("open_gop", "has open groups of pictures", "closed ones")


def _picture_faults(item: MediaSpec, rules: Videos) -> Iterator[Fault]:
    fps = item.fps
    if fps and not _takes_rate(fps, rules):
        low, high = rules.fps_min, rules.fps_max
        takes = f"{low:g} to {high:g}" if low and high else f"up to {high:g}" if high else f"{low:g} or more"
        yield Fault("frame_rate", f"has {fps:g} frames a second", takes)
    if not item.width or not item.height:
        return
    size, shape = f"has {item.width}×{item.height} pixels", item.width / item.height
    long, short = max(item.width, item.height), min(item.width, item.height)
    if rules.side_max and long > rules.side_max:
        yield Fault("picture_size", size, f"up to {rules.side_max} pixels a side")
    if rules.side_min and short < rules.side_min:
        yield Fault("picture_size", size, f"{rules.side_min} pixels a side or more")
    if abs(shape - UPRIGHT) <= SHAPE_SLACK and not _covers((item.width, item.height), rules.upright_min):
        yield Fault("picture_size", size, "upright videos of {} × {} pixels or more".format(*rules.upright_min))
    if not _takes_shape(shape, rules):
        yield Fault("aspect", size, f"widths of {rules.aspect_min:.2g} to {rules.aspect_max:.2g} times the height")


def _covers(sides: tuple[int, int], least: tuple[int, int]) -> bool:
    return sides[0] >= least[0] and sides[1] >= least[1]


def _takes_rate(fps: float, rules: Videos) -> bool:
    return fps >= rules.fps_min - FPS_SLACK and (not rules.fps_max or fps <= rules.fps_max + FPS_SLACK)


def _takes_shape(shape: float, rules: Videos) -> bool:
    low, high = rules.aspect_min, rules.aspect_max
    return shape >= low * (1 - 0.005) and (not high or shape <= high * (1 + 0.005))


def _weight_faults(item: MediaSpec, rules: Videos) -> Iterator[Fault]:
    if rules.bytes_max and item.size_bytes > rules.bytes_max:
        yield Fault("too_large", f"has {size_words(item.size_bytes)}", f"up to {size_words(rules.bytes_max)}")
    if rules.bytes_min and item.size_bytes < rules.bytes_min:
        yield Fault("too_small", f"has {size_words(item.size_bytes)}", f"{size_words(rules.bytes_min)} or more")
    if rules.bit_rate_max and (item.bit_rate or 0) > rules.bit_rate_max:
        yield Fault(
            "bit_rate", f"has {(item.bit_rate or 0) / 1e6:.1f} Mbit a second", f"up to {rules.bit_rate_max / 1e6:g}"
        )


# The copy -----------------------------------------------------------------------------------------------------------


def copy_of(item: MediaSpec, rules: Videos) -> tuple[dict[str, Any], MediaSpec, str] | None:
    """The recipe of a copy that the platform takes, the file it will be, and words for a person; None when the file is
    taken as it is, or when no copy would be."""
    faults = [*_format_faults(item, rules), *_picture_faults(item, rules), *_weight_faults(item, rules)]
    if not faults:
        return None
    if _can_be_laid_out_anew(item, faults):
        becomes = replace(item, content_type="video/mp4", starts_at_once=True)
        return {"make": "mp4", "copy": True}, becomes, "MP4 without loss"
    bits = _bits(item, rules)
    if bits is None:
        return None
    recipe: dict[str, Any] = {"make": "mp4", **bits}
    words = []
    width, height = _even(item.width or 0), _even(item.height or 0)
    if item.width and item.height and any(fault.code in ("picture_size", "aspect") for fault in faults):
        width, height = _canvas(item.width, item.height, rules)
        has_bars = abs((width / height) / (item.width / item.height) - 1) > SHAPE_SLACK
        recipe |= {"size": [width, height], "bars": has_bars}
        words.append(f"of {width}×{height}" + (" with bars, so that nothing is cut off" if has_bars else ""))
    fps = item.fps
    if fps and not _takes_rate(fps, rules):
        fps = _rate(fps, rules)
        recipe["fps"] = fps
        words.append(f"with {fps:g} frames a second")
    if {fault.code for fault in faults} & {"too_large", "bit_rate"}:
        words.append("with fewer bytes")
    has_sound = bool(item.audio_codec)
    becomes = replace(
        item, content_type="video/mp4", video_codec="h264", audio_codec="aac" if has_sound else "",
        pixel_format="yuv420p", width=width or None, height=height or None, fps=fps,
        sample_rate_hz=_SAMPLE_RATE_HZ if has_sound else None, channels=_CHANNELS if has_sound else None,
        starts_at_once=True, interlaced=False, open_gop=False,
        size_bytes=_size(item, rules), bit_rate=_bit_rate(item, rules),
    )  # fmt: skip
    return recipe, becomes, ", ".join(["H.264 MP4" + (f" {words[0]}" if words else ""), *words[1:]])


def _can_be_laid_out_anew(item: MediaSpec, faults: Sequence[Fault]) -> bool:
    """Whether the pictures and the sound are right, and only the file around them is not."""
    return (
        {fault.code for fault in faults} <= {"container", "index_behind"}
        and item.video_codec in ("h264", "hevc")
        and item.audio_codec in ("", "aac")
    )


def _size(item: MediaSpec, rules: Videos) -> int:
    """All that is known of the copy's bytes beforehand: that they are within the limits."""
    size = max(item.size_bytes, rules.bytes_min)
    return min(size, rules.bytes_max) if rules.bytes_max else size


def _bit_rate(item: MediaSpec, rules: Videos) -> int | None:
    return min(item.bit_rate, rules.bit_rate_max) if item.bit_rate and rules.bit_rate_max else item.bit_rate


def _bits(item: MediaSpec, rules: Videos) -> dict[str, int] | None:
    """Bits a second of the copy's pictures, where the limits come near; None when too few would be left of them."""
    found: dict[str, int] = {}
    length = item.duration_s or 0.0
    caps = []
    if rules.bytes_max and length and 2 * item.size_bytes > rules.bytes_max:
        caps.append(rules.bytes_max * 8 * (1 - _CONTAINER_SHARE) / length - _SOUND_BITS)
    if rules.bit_rate_max and (not item.bit_rate or 2 * item.bit_rate > rules.bit_rate_max):
        caps.append(rules.bit_rate_max * (1 - _CONTAINER_SHARE) - _SOUND_BITS)
    if caps:
        found["bits_max"] = int(min(caps))
        if found["bits_max"] < _WORST_BITS:
            return None
    if rules.bytes_min and length and item.size_bytes < 2 * rules.bytes_min:
        found["bits_min"] = math.ceil(rules.bytes_min * 8 * 1.2 / length)
    return found


def _rate(fps: float, rules: Videos) -> float:
    """Every second picture, or every picture twice, until it fits: that does not judder. Else the usual rate."""
    while rules.fps_max and fps > rules.fps_max + FPS_SLACK:
        fps /= 2
    while fps < rules.fps_min - FPS_SLACK:
        fps *= 2
    return round(fps, 3) if _takes_rate(fps, rules) else _USUAL_FPS


def _even(value: float) -> int:
    return int(value) // 2 * 2


def _canvas(width: float, height: float, rules: Videos) -> tuple[int, int]:
    """The size of the copy: bars make the shape fit, then all of it is scaled into the limits."""
    is_upright = abs(width / height - UPRIGHT) <= SHAPE_SLACK
    if rules.aspect_max and width / height > rules.aspect_max:
        height = width / rules.aspect_max
    elif rules.aspect_min and width / height < rules.aspect_min:
        width = height * rules.aspect_min
    factor = min(1.0, rules.side_max / max(width, height)) if rules.side_max else 1.0
    least = rules.side_min / min(width, height)
    if is_upright:
        least = max(least, rules.upright_min[0] / width, rules.upright_min[1] / height)
    if factor < least:
        factor = min(least, rules.side_max / max(width, height)) if rules.side_max else least
    width, height = max(rules.side_min, width * factor), max(rules.side_min, height * factor)
    # Rounded outwards at a lower limit, inwards at an upper one.
    return (_even(width + 1.99), _even(height + 1.99)) if factor >= 1 else (max(2, _even(width)), max(2, _even(height)))
