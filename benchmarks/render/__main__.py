"""`python -m benchmarks.render`: what a render costs beside its FFmpeg, and one run against three.

`fixed`: an edit of one second in a small picture; all its processor time less that of FFmpeg itself is what every
render pays (Python, imports, probes, checks).

`formats`: one run that encodes three formats, against a run for each of them. The same edit (nine segments, texts,
levelled loudness) of a generated clip is rendered both ways in turn, by the render child as the product starts it.
Ratios are taken pair by pair and their median is printed: they hold on any machine, the seconds beside them only on
this one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import psutil

CPU_LIMIT = 0.90
PEAK_LIMIT_MB = 1024.0
FIXED_LIMIT_S = 0.5
FORMATS = (("9x16", "9:16", 1080, 1920), ("1x1", "1:1", 1080, 1080), ("16x9", "16:9", 1920, 1080))
# Places in the source, as shares of its length, in the order of the edit: mostly forward, with two steps back.
PLACES = (0.62, 0.02, 0.12, 0.2, 0.33, 0.45, 0.52, 0.74, 0.86)


@dataclass(frozen=True)
class Cost:
    """What a render took: wall clock, processor time of all its processes, and the most memory they held together."""

    wall_s: float
    cpu_s: float
    peak_mb: float

    def plus(self, other: Cost) -> Cost:
        """Both, one after the other."""
        return Cost(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s, max(self.peak_mb, other.peak_mb))


def make_source(path: Path, seconds: float, size: str = "1920x1080") -> None:
    """A clip that is neither still nor noise: moving shapes with grain, cut every two seconds, and a tone."""
    picture = f"testsrc2=s={size}:r=30:d={seconds},hue=h='60*floor(t/2)',noise=alls=8:allf=t+u"
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", picture]
    argv += ["-f", "lavfi", "-i", f"aevalsrc=0.1*sin(2*PI*t*(300+40*floor(t))):d={seconds}"]
    argv += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p", "-g", "60"]
    subprocess.run([*argv, "-c:a", "aac", str(path)], check=True, stdin=subprocess.DEVNULL)


def plan(seconds: float, keys: tuple[str, ...]) -> dict[str, Any]:
    """The edit, with the outputs that are named."""
    part = seconds / 12
    texts = [(f"Text number {number + 1}", number * part * 1.4, number * part * 1.4 + part) for number in range(6)]
    return {
        "segments": [
            {"source": "a", "start_s": round(place * seconds, 3), "end_s": round(place * seconds + part, 3)}
            for place in PLACES
        ],
        "overlays": [{"text": text, "start_s": round(start, 3), "end_s": round(end, 3)} for text, start, end in texts],
        "outputs": [
            {"key": key, "aspect": aspect, "width": width, "height": height}
            for key, aspect, width, height in FORMATS
            if key in keys
        ],
    }


def render(source: Path, folder: Path, spec_plan: dict[str, Any], **more: Any) -> tuple[Cost, dict[str, Any]]:
    """One render by the product's own child process."""
    folder.mkdir()
    spec = folder / "spec.json"
    spec.write_text(json.dumps({"plan": spec_plan, "sources": {"a": str(source)}, "directory": str(folder), **more}))
    began = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "editing.render_process", str(spec)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    peak, done = [0.0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(child.pid, peak, done), daemon=True)
    watcher.start()
    assert child.stdout is not None
    last = child.stdout.read().splitlines()[-1]
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    done.set()
    watcher.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    result = json.loads(last)
    if child.returncode or result.get("failed"):
        raise RuntimeError(f"The render failed: {last}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak[0]), result


def _watch(pid: int, peak: list[float], done: threading.Event) -> None:
    while not done.wait(0.05):
        try:
            root = psutil.Process(pid)
            total = sum(process.memory_info().rss for process in [root, *root.children(recursive=True)])
        except psutil.Error:
            continue
        peak[0] = max(peak[0], total / 2**20)


def fixed(folder: Path, rounds: int) -> bool:
    """Print what a render of one second costs beside its FFmpeg; whether that is within the limit."""
    source, spent, timed = folder / "second.mp4", folder / "spent", folder / "ffmpeg"
    make_source(source, 1, "320x180")
    # A shell's `times` knows what its children took.
    exe = imageio_ffmpeg.get_ffmpeg_exe()
    timed.write_text(f"#!/bin/sh\n'{exe}' \"$@\"\ncode=$?\ntimes >> '{spent}'\nexit $code\n")
    timed.chmod(0o755)
    edit = {
        "segments": [{"source": "a", "start_s": 0, "end_s": 1}],
        "overlays": [{"text": "One text", "start_s": 0.1, "end_s": 0.9}],
        "outputs": [{"key": "16x9", "aspect": "16:9", "width": 320, "height": 180, "preset": "ultrafast"}],
    }
    left = []
    for number in range(rounds):
        spent.write_text("")
        cost, _ = render(source, folder / f"fixed-{number}", edit, ffmpeg=str(timed))
        own = sum(_seconds(line) for line in spent.read_text().splitlines()[1::2])
        left.append(cost.cpu_s - own)
        print(f"  a second of 320x180: {cost.cpu_s:.2f} s cpu, FFmpeg's own {own:.2f} s")
    median = statistics.median(left)
    print(f"fixed cost of a render: {median:.2f} s cpu (limit {FIXED_LIMIT_S})")
    return median <= FIXED_LIMIT_S


def _seconds(line: str) -> float:
    """`0m0.120s 0m0.010s` → 0.13."""
    return sum(60 * float(minutes) + float(rest) for minutes, rest in (one[:-1].split("m") for one in line.split()))


def formats(folder: Path, seconds: float, rounds: int) -> bool:
    """Print one run of three formats against three runs; whether that is within the limits."""
    keys = tuple(key for key, *_ in FORMATS)
    pairs: list[tuple[Cost, Cost]] = []
    source = folder / "source.mp4"
    make_source(source, seconds)
    for number in range(rounds):
        joint, result = render(source, folder / f"joint-{number}", plan(seconds, keys))
        apart = Cost(0, 0, 0)
        for key in keys:
            cost, _ = render(source, folder / f"{key}-{number}", plan(seconds, (key,)))
            apart = apart.plus(cost)
        pairs.append((joint, apart))
        for label, cost in (("one run", joint), ("three runs", apart)):
            print(f"  {label:<10} {cost.wall_s:7.1f} s wall {cost.cpu_s:7.1f} s cpu {cost.peak_mb:6.0f} MB")
    cpu = statistics.median(joint.cpu_s / apart.cpu_s for joint, apart in pairs)
    wall = statistics.median(joint.wall_s / apart.wall_s for joint, apart in pairs)
    peak = max(joint.peak_mb for joint, _ in pairs)
    length = result["outputs"][0]["duration_s"]
    print(f"three formats of {length:.1f} s, one run / three runs: cpu {cpu:.2f} (limit {CPU_LIMIT}), wall {wall:.2f}")
    print(f"peak memory of the one run: {peak:.0f} MB (limit {PEAK_LIMIT_MB:.0f})")
    return cpu <= CPU_LIMIT and peak <= PEAK_LIMIT_MB


def main() -> int:
    """Print the costs and ratios; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.render", description=__doc__)
    parser.add_argument("--seconds", type=float, default=24.0, help="length of the source; the edit has 3/4 of it")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", choices=("fixed", "formats"), help="this part alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-render-") as name:
        within = [
            part()
            for label, part in (
                ("fixed", lambda: fixed(Path(name), max(3, asked.rounds))),
                ("formats", lambda: formats(Path(name), asked.seconds, asked.rounds)),
            )
            if asked.only in (None, label)
        ]
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
