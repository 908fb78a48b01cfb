"""Makes a copy of a file in another format. Runs as a child process: `python -m media.convert SPEC.json`.

The spec names `source`, `target` and what to `make`:

- `mp4`: progressive H.264 (yuv420p, closed groups of two seconds) with stereo AAC at 48 kHz, its index in front, as
  long as there are pictures; `demuxer`, `size` ([width, height]), `bars` (keep the picture's shape inside that size),
  `fps`, `bits_max` and `bits_min` (of the pictures, a second), `ffmpeg`; or with `copy` the same streams, only laid
  out again
- `jpeg`: a flat picture; `aspect` (width ÷ height, reached by bars), `size` ([width, height]), `bytes_max`

Writes `{"pct": …}` while it works and `{"done": true}` at the end, or `{"problem": "..."}`. Knows no Django.
"""

import io
import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image

from media.picture import FORMATS, flat
from videofile import ffmpeg
from videofile.probe import Film, ProbeError, Sound, probe
from videofile.processes import end_with_parent

_QUALITIES = (92, 85, 78, 70, 60)
_LEAST_SIDE = 64


def main(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Progress, then the end."""
    try:
        if spec["make"] == "jpeg":
            Path(spec["target"]).write_bytes(jpeg(spec))
        else:
            yield from mp4(spec)
    except ffmpeg.FfmpegError as error:
        yield {"problem": error.tail[-500:] or error.message}
    except (OSError, ValueError, SyntaxError) as error:
        yield {"problem": str(error)[-500:] or type(error).__name__}
    else:
        yield {"done": True}


# Pictures -----------------------------------------------------------------------------------------------------------


def jpeg(spec: dict[str, Any]) -> bytes:
    """The picture as a JPEG of the asked shape, size and weight."""
    with Image.open(spec["source"], formats=FORMATS) as source:
        source.load()
        profile = source.info.get("icc_profile")
        image = flat(source)
    if aspect := spec.get("aspect"):
        image = _framed(image, float(aspect))
    if size := spec.get("size"):
        image = image.resize((int(size[0]), int(size[1])), Image.Resampling.LANCZOS)
    most = int(spec.get("bytes_max") or 0)
    while True:
        for quality in _QUALITIES:
            data = _saved(image, quality, profile)
            if not most or len(data) <= most:
                return data
        if max(image.size) <= _LEAST_SIDE:
            raise ValueError("The picture cannot be made small enough.")
        image = image.resize((max(1, image.width * 4 // 5), max(1, image.height * 4 // 5)), Image.Resampling.LANCZOS)


def _framed(image: Image.Image, aspect: float) -> Image.Image:
    """In the middle of a white ground of the asked shape: nothing is cut off."""
    width, height = image.size
    if width / height < aspect:
        size = (round(height * aspect), height)
    else:
        size = (width, round(width / aspect))
    ground = Image.new("RGB", size, "white")
    ground.paste(image, ((size[0] - width) // 2, (size[1] - height) // 2))
    return ground


def _saved(image: Image.Image, quality: int, profile: bytes | None) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality, optimize=True, progressive=True, icc_profile=profile)
    return target.getvalue()


# Videos -------------------------------------------------------------------------------------------------------------


_KEY_EVERY_S = 2
_SHORTER_S = 0.5
_TO_SDR = (
    "zscale=transfer=linear:npl=100,format=gbrpf32le,zscale=primaries=bt709,tonemap=tonemap=hable:desat=0,"
    "zscale=transfer=bt709:matrix=bt709:range=tv"
)


def look(path: str, demuxer: str) -> tuple[Film, Sound | None]:
    """The film and the sound of a file, as everywhere; `ValueError` when there is no film, or only a part of it."""
    try:
        found = probe(path, demuxer)
    except ProbeError as error:
        raise ValueError(str(error)) from error
    film = found.film
    if film is None or not film.is_decodable:
        raise ValueError("The file has no picture that can be decoded.")
    if film.timing.missing:
        raise ValueError(f"A part of the file is missing: {film.timing.missing}.")
    return film, found.sound


def command(spec: dict[str, Any], film: Film, sound: Sound | None) -> list[str]:
    """FFmpeg's command line. Pixels become square, sides even, and what is turned stands upright."""
    return ffmpeg.command(
        ffmpeg.binary(spec.get("ffmpeg")), "-progress", "pipe:1", "-y", "-threads", "2",
        "-protocol_whitelist", "file", "-f", spec["demuxer"], "-i", spec["source"],
        "-map", f"0:{film.index}", *([] if sound is None else ["-map", f"0:{sound.index}"]),
        "-map_metadata", "-1", "-map_chapters", "-1",
        *(_copied(film) if spec.get("copy") else _encoded(spec, film)),
        "-movflags", "+faststart", spec["target"],
    )  # fmt: skip


def _copied(film: Film) -> list[str]:
    # Players of Apple know H.265 in MP4 by this name only.
    return ["-c", "copy", *(["-tag:v", "hvc1"] if film.codec == "hevc" else [])]


def _encoded(spec: dict[str, Any], film: Film) -> list[str]:
    return [
        "-t", f"{film.timing.end_s:.6f}", "-vf", _filters(spec, film),
        "-c:v", "libx264", "-preset", "veryfast", *_bits(spec), "-pix_fmt", "yuv420p", "-flags", "+cgop",
        "-force_key_frames", f"expr:gte(t,n_forced*{_KEY_EVERY_S})",
        # A gap or a late start of the sound is silence, so that it stays with the picture.
        "-af", "aresample=async=1:first_pts=0", "-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "2",
    ]  # fmt: skip


def _filters(spec: dict[str, Any], film: Film) -> str:
    steps = ["bwdif=mode=send_frame:deint=interlaced"] if film.is_interlaced else []
    if spec.get("fps"):
        steps.append(f"fps={Fraction(spec['fps']).limit_denominator(1001)}")
    if film.timing.start_s > 0:
        # The first picture is shown until the others come: a late start is an edit list, which platforms refuse.
        steps += ["setpts=PTS-STARTPTS", f"tpad=start_duration={film.timing.start_s:.6f}:start_mode=clone"]
    if film.is_hdr:
        steps.append(_TO_SDR)
    width, height = (max(2, int(side) // 2 * 2) for side in spec.get("size") or (film.width, film.height))
    inside = ":force_original_aspect_ratio=decrease:force_divisible_by=2" if spec.get("bars") else ""
    if inside:
        # Bars are reckoned in square pixels.
        steps.append(f"scale={film.width}:{film.height},setsar=1")
    steps.append(f"scale={width}:{height}:out_range=tv{inside}")
    if inside:
        steps.append(f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2")
    return ",".join([*steps, "setsar=1"])


def _bits(spec: dict[str, Any]) -> list[str]:
    """Constant quality, held below the most bits; or constant bits where a platform refuses files of too few bytes."""
    least, most = int(spec.get("bits_min") or 0), int(spec.get("bits_max") or 0)
    if least:
        rate = f"{least}"
        return ["-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate, "-x264-params", "nal-hrd=cbr"]
    return ["-crf", "19", *(["-maxrate", f"{most}", "-bufsize", f"{most}"] if most else [])]


def mp4(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Progress while FFmpeg runs; raises when the copy is not as long as its source."""
    film, sound = look(spec["source"], spec["demuxer"])
    whole = film.timing.end_s
    with ffmpeg.Process(command(spec, film, sound)) as process:
        for seconds in process.times():
            if whole:
                yield {"pct": min(99.0, round(100 * seconds / whole, 1))}
        process.check()
    made, _ = look(spec["target"], "mov")
    if made.timing.end_s < whole - _SHORTER_S:
        raise ValueError(f"Only {made.timing.end_s:.1f} of {whole:.1f} seconds could be converted.")


if __name__ == "__main__":
    end_with_parent()
    for entry in main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))):
        sys.stdout.write(json.dumps(entry) + "\n")
        sys.stdout.flush()
