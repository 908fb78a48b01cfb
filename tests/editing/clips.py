"""Recipes of small generated clips, and helpers that look into rendered files."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
TONE = "aevalsrc=0.2*sin(2*PI*440*t)|0.2*sin(2*PI*660*t):s=44100"
HLG = "setparams=color_primaries=bt2020:color_trc=arib-std-b67:colorspace=bt2020nc"
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]


def ffmpeg(*arguments: str) -> str:
    """Run FFmpeg and return what it said."""
    done = subprocess.run(
        [FFMPEG, "-hide_banner", "-nostdin", "-y", *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr


def _pattern(size: str, seconds: float, rate: str = "30") -> list[str]:
    return ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}"]


_SOUND = ["-f", "lavfi", "-i", f"{TONE}:d=4", "-c:a", "aac"]
_SIX = "aevalsrc=" + "|".join(["0.1*sin(2*PI*300*t)"] * 6) + ":c=5.1:d=3"
_DROP = "select='not(eq(mod(n,3),1))+lt(t,1)'"
_STILL = ["-f", "lavfi", "-i", "color=black:s=160x90:r=30:d=6"]
_FLASH = "geq=lum='if(lt(mod(T,1),0.033),235,16)':cb=128:cr=128"
_CLICK = ["-f", "lavfi", "-i", "aevalsrc='if(lt(mod(t,1),0.033),0.5*sin(2*PI*1000*t),0)':d=6"]
_NOISE = ["-f", "lavfi", "-i", "anoisesrc=c=pink:a=0.06:d=6:seed=3"]
_BURSTS = ["-f", "lavfi", "-i", "aevalsrc='if(lt(mod(t,1),0.05),0.9,0.05)*sin(2*PI*500*t)':d=6"]
_PLAIN = ";".join(
    f"color={colour}:s=160x90:r=30:d=1[c{number}]" for number, colour in enumerate(("red", "lime", "blue", "white"))
)

_RECIPES: dict[str, list[str]] = {
    "landscape": [*_pattern("320x180", 4), *_SOUND, *X264, "-g", "30"],
    "portrait": [*_pattern("180x320", 4), *_SOUND, *X264],
    "silent": [*_pattern("320x180", 4), *X264],
    "anamorphic": [*_pattern("240x180", 3), *_SOUND, "-t", "3", "-vf", "setsar=4/3", *X264],
    "vfr": [*_pattern("320x180", 4), *_SOUND, "-vf", _DROP, "-fps_mode", "vfr", *X264],
    "surround": [*_pattern("320x180", 3), "-f", "lavfi", "-i", _SIX, "-c:a", "aac", *X264],
    "late-sound": [*_pattern("320x180", 4), "-itsoffset", "1", *_SOUND, "-t", "4", *X264],
    # White for the frame in which a click is heard, once a second.
    "flash": [*_STILL, *_CLICK, "-vf", _FLASH, *X264, "-g", "30", "-c:a", "aac"],
    "quiet": [*_pattern("160x90", 6), *_NOISE, *X264],
    "peaky": [*_pattern("160x90", 6), *_BURSTS, *X264],
    # One plain colour a second, and a single seek point.
    "colours": ["-filter_complex", f"{_PLAIN};[c0][c1][c2][c3]concat=n=4[v]", "-map", "[v]", *X264, "-g", "300"],
    "long": [*_pattern("1280x720", 20), *X264],
    "music": ["-f", "lavfi", "-i", "sine=200:d=2", "-c:a", "aac"],
}


def make_clip(name: str, path: Path) -> None:
    """Make the clip of that name."""
    if name == "rotated":
        # The rotation is a note in the container; the pictures stay as they are.
        plain = path.with_name("plain.mp4")
        make_clip("landscape", plain)
        ffmpeg("-display_rotation", "90", "-i", str(plain), "-c", "copy", str(path))
    else:
        ffmpeg(*_RECIPES[name], str(path))


def output(key: str = "9x16", **changes: Any) -> dict[str, Any]:
    """A small output."""
    sizes = {"9x16": ("9:16", 216, 384), "1x1": ("1:1", 240, 240), "16x9": ("16:9", 384, 216)}
    aspect, width, height = sizes[key]
    plain = {"key": key, "aspect": aspect, "width": width, "height": height, "preset": "ultrafast", "crf": 18}
    return plain | changes


def plan_of(*segments: tuple[float, float], outputs: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """A plan over the source `a`."""
    rows = [{"source": "a", "start_s": start, "end_s": end} for start, end in segments]
    return {"segments": rows, "outputs": outputs or [output()], **more}


class Child:
    """The render child as its parent sees it."""

    def __init__(self, spec: dict[str, Any], directory: Path) -> None:
        path = directory / "spec.json"
        path.write_text(json.dumps(spec))
        self.directory = directory
        self.process = subprocess.Popen(
            [sys.executable, "-m", "editing.render_process", str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def lines(self) -> Iterator[dict[str, Any]]:
        """Its JSON lines."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield json.loads(line)

    def finish(self) -> list[dict[str, Any]]:
        """All lines; the child has ended."""
        found = list(self.lines())
        self.process.wait(timeout=30)
        return found

    def files(self) -> set[str]:
        """What it left in its directory, beside the spec."""
        return {path.name for path in self.directory.iterdir()} - {"spec.json"}


def frame_at(path: str | Path, time_s: float) -> np.ndarray:
    """The RGB picture that is shown at a time."""
    with av.open(str(path)) as container:
        shown = None
        for frame in container.decode(video=0):
            if frame.time > time_s + 1e-6:
                break
            shown = frame
        assert shown is not None
        return shown.to_ndarray(format="rgb24").astype(int)


def frames(path: str | Path) -> list[np.ndarray]:
    """All RGB pictures of a file."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]


def frame_count(path: str | Path) -> int:
    """How many pictures a file has."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def samples(path: str | Path) -> np.ndarray:
    """The first channel of the sound at 48 kHz."""
    with av.open(str(path)) as container:
        start = container.streams.audio[0].start_time or 0
        blocks = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    assert start == 0
    return np.concatenate(blocks)


def loudness(path: str | Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBFS) of a file."""
    report = ffmpeg("-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-")
    integrated = float(re.findall(r"\bI:\s*(-?[\d.]+|-?inf) LUFS", report)[-1])
    return integrated, float(re.findall(r"\bPeak:\s*(-?[\d.]+|-?inf) dBFS", report)[-1])
