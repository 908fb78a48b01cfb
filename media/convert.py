"""Makes a copy of a file in another format. Runs as a child process: `python -m media.convert SPEC.json`.

The spec names `source`, `target` and what to `make`:

- `mp4`: progressive H.264 (yuv420p, closed groups of two seconds) with stereo AAC at 48 kHz, its index in front, as
  long as there are pictures; `demuxer`, `size` ([width, height]), `bars` (keep the picture's shape inside that size),
  `fps`, `bits_max` and `bits_min` (of the pictures, a second), `ffmpeg`; or with `copy` the same streams, only laid
  out anew
- `jpeg`: a flat picture; `aspect` (width ÷ height, reached by bars), `size` ([width, height]), `bytes_max`

Writes `{"pct": …}` while it works and `{"done": true}` at the end, or `{"problem": "..."}`. Knows no Django.
"""

import io
import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
from PIL import Image

from core.child import end_with_parent, launched
from media.picture import FORMATS, flat
from videofile import streams, timing
from videofile.orientation import shown_size

_QUALITIES = (92, 85, 78, 70, 60)
_LEAST_SIDE = 64


def main(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Progress, then the end."""
    try:
        if spec["make"] == "jpeg":
            Path(spec["target"]).write_bytes(jpeg(spec))
        else:
            yield from mp4(spec)
    except (OSError, ValueError, SyntaxError, av.error.FFmpegError, subprocess.SubprocessError) as error:
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


_HDR_TRANSFERS = frozenset({16, 18})  # SMPTE ST 2084 (PQ) and ARIB STD-B67 (HLG), by their numbers in ITU-T H.273
_KEY_EVERY_S = 2
_SHORTER_S = 0.5
_TO_SDR = (
    "zscale=transfer=linear:npl=100,format=gbrpf32le,zscale=primaries=bt709,tonemap=tonemap=hable:desat=0,"
    "zscale=transfer=bt709:matrix=bt709:range=tv"
)


@dataclass(frozen=True, slots=True)
class Source:
    """What the command has to know of the file that is converted."""

    video: int
    audio: int | None
    codec: str
    size: tuple[int, int]
    length_s: float
    start_s: float
    fps: float
    is_interlaced: bool
    is_hdr: bool


def look(path: str, demuxer: str) -> Source:
    """The film and the sound of a file, as everywhere; `ValueError` when there is no film, or only a part of it."""
    with av.open(path, format=demuxer, metadata_errors="replace") as container:
        film, sound = streams.video_stream(container), streams.audio_stream(container)
        frame = next(container.decode(film), None) if film is not None else None
        if frame is None:
            raise ValueError("The file has no picture that can be decoded.")
        times = timing.read_timing(container, film, path)
        if times.missing:
            raise ValueError(f"A part of the file is missing: {times.missing}.")
        return Source(
            film.index,
            sound.index if sound is not None else None,
            film.codec_context.codec.canonical_name,
            shown_size(film, frame),
            times.end_s,
            times.start_s,
            times.rate.nominal,
            bool(frame.interlaced_frame),
            int(frame.color_trc or 0) in _HDR_TRANSFERS,
        )


def command(spec: dict[str, Any], source: Source) -> list[str]:
    """FFmpeg's command line. Pixels become square, sides even, and what is turned stands upright."""
    return [
        spec.get("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe(),
        "-hide_banner", "-nostdin", "-loglevel", "error", "-progress", "pipe:1", "-y", "-threads", "2",
        "-protocol_whitelist", "file", "-f", spec["demuxer"], "-i", spec["source"],
        "-map", f"0:{source.video}", *([] if source.audio is None else ["-map", f"0:{source.audio}"]),
        "-map_metadata", "-1", "-map_chapters", "-1",
        *(_copied(source) if spec.get("copy") else _encoded(spec, source)),
        "-movflags", "+faststart", spec["target"],
    ]  # fmt: skip


def _copied(source: Source) -> list[str]:
    # Players of Apple know H.265 in MP4 by this name only.
    return ["-c", "copy", *(["-tag:v", "hvc1"] if source.codec == "hevc" else [])]


def _encoded(spec: dict[str, Any], source: Source) -> list[str]:
    return [
        "-t", f"{source.length_s:.6f}", "-vf", _filters(spec, source),
        "-c:v", "libx264", "-preset", "veryfast", *_bits(spec), "-pix_fmt", "yuv420p", "-flags", "+cgop",
        "-force_key_frames", f"expr:gte(t,n_forced*{_KEY_EVERY_S})",
        # A gap or a late start of the sound is silence, so that it stays with the picture.
        "-af", "aresample=async=1:first_pts=0", "-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "2",
    ]  # fmt: skip


def _filters(spec: dict[str, Any], source: Source) -> str:
    steps = ["bwdif=mode=send_frame:deint=interlaced"] if source.is_interlaced else []
    if spec.get("fps"):
        steps.append(f"fps={Fraction(spec['fps']).limit_denominator(1001)}")
    if source.start_s > 0:
        # The first picture is shown until the others come: a late start is an edit list, which platforms refuse.
        steps += ["setpts=PTS-STARTPTS", f"tpad=start_duration={source.start_s:.6f}:start_mode=clone"]
    if source.is_hdr:
        steps.append(_TO_SDR)
    width, height = (max(2, int(side) // 2 * 2) for side in spec.get("size") or source.size)
    inside = ":force_original_aspect_ratio=decrease:force_divisible_by=2" if spec.get("bars") else ""
    if inside:
        # Bars are reckoned in square pixels.
        steps.append(f"scale={source.size[0]}:{source.size[1]},setsar=1")
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
    """Runs FFmpeg in this process's group; it dies with this process."""
    source = look(spec["source"], spec["demuxer"])
    process = subprocess.Popen(
        launched(command(spec, source), tied=True), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    )  # fmt: skip
    assert process.stdout is not None
    words: deque[str] = deque(maxlen=10)
    whole = source.length_s
    for line in process.stdout:
        name, _, value = line.strip().partition("=")
        if name == "out_time_us" and value.isdigit() and whole:
            yield {"pct": min(99.0, round(float(value) / 10_000 / whole, 1))}
        elif " " in name:
            words.append(line.strip()[:300])
    if process.wait() != 0:
        raise ValueError(" ".join(words) or f"FFmpeg ended with code {process.returncode}.")
    made = look(spec["target"], "mov")
    if made.length_s < source.length_s - _SHORTER_S:
        raise ValueError(f"Only {made.length_s:.1f} of {source.length_s:.1f} seconds could be converted.")


if __name__ == "__main__":
    end_with_parent()
    for entry in main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))):
        sys.stdout.write(json.dumps(entry) + "\n")
        sys.stdout.flush()
