"""Makes a copy of a file in another format. Runs as a child process: `python -m media.convert SPEC.json`.

The spec names `source`, `target` and what to `make`:

- `mp4`: H.264 (yuv420p) with AAC, ready to stream; `demuxer`, `duration_s`, `side_max` (pixels), `ffmpeg`
- `jpeg`: a flat picture; `aspect` (width ÷ height, reached by bars), `size` ([width, height]), `bytes_max`

Writes `{"pct": …}` while it works and `{"done": true}` at the end, or `{"problem": "..."}`. Knows no Django.
"""

import io
import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from PIL import Image

from core.child import end_with_parent, launched
from media.picture import FORMATS, flat

_QUALITIES = (92, 85, 78, 70, 60)
_LEAST_SIDE = 64


def main(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Progress, then the end."""
    try:
        if spec["make"] == "jpeg":
            Path(spec["target"]).write_bytes(jpeg(spec))
        else:
            yield from mp4(spec)
    except (OSError, ValueError, SyntaxError, subprocess.SubprocessError) as error:
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


def command(spec: dict[str, Any]) -> list[str]:
    """FFmpeg's command line. Pixels become square, sides even, and what is turned stands upright."""
    side = spec.get("side_max")
    shape = "scale=trunc(iw*sar/2)*2:trunc(ih/2)*2,setsar=1"
    if side:
        shape += f",scale='if(gte(iw,ih),min(iw,{side}),-2)':'if(gte(iw,ih),-2,min(ih,{side}))'"
    return [
        spec.get("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe(),
        "-hide_banner", "-nostdin", "-loglevel", "error", "-progress", "pipe:1", "-y", "-threads", "2",
        "-protocol_whitelist", "file", "-f", spec["demuxer"], "-i", spec["source"],
        "-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-vf", shape,
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "19", "-pix_fmt", "yuv420p",
        "-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "2", "-movflags", "+faststart", spec["target"],
    ]  # fmt: skip


def mp4(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Runs FFmpeg in this process's group; it dies with this process."""
    process = subprocess.Popen(
        launched(command(spec), tied=True), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    )  # fmt: skip
    assert process.stdout is not None
    words: deque[str] = deque(maxlen=10)
    whole = float(spec.get("duration_s") or 0)
    for line in process.stdout:
        name, _, value = line.strip().partition("=")
        if name == "out_time_us" and value.isdigit() and whole:
            yield {"pct": min(99.0, round(float(value) / 10_000 / whole, 1))}
        elif " " in name:
            words.append(line.strip()[:300])
    if process.wait() != 0:
        raise ValueError(" ".join(words) or f"FFmpeg ended with code {process.returncode}.")


if __name__ == "__main__":
    end_with_parent()
    for entry in main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))):
        sys.stdout.write(json.dumps(entry) + "\n")
        sys.stdout.flush()
