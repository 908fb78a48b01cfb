"""A small real clip: three shots, a tone with a pause, 320 × 180."""

import subprocess
from pathlib import Path

import imageio_ffmpeg

SHOTS = ("testsrc2", "smptehdbars", "mandelbrot")


def make(path: Path, seconds: float = 7.0, size: str = "320x180") -> Path:
    """Write the clip; its cuts are at one and two thirds."""
    each = seconds / len(SHOTS)
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    for shot in SHOTS:
        argv += ["-f", "lavfi", "-t", f"{each:.3f}", "-i", f"{shot}=size={size}:rate=25"]
    argv += ["-f", "lavfi", "-i", f"sine=frequency=330:sample_rate=44100:duration={seconds:.3f}"]
    pictures = "".join(f"[{number}:v]" for number in range(len(SHOTS)))
    quiet = f"volume=0:enable='between(t,{seconds * 0.7:.2f},{seconds * 0.9:.2f})'"
    graph = f"{pictures}concat=n={len(SHOTS)}:v=1:a=0,format=yuv420p[v];[{len(SHOTS)}:a]{quiet}[a]"
    argv += ["-filter_complex", graph, "-map", "[v]", "-map", "[a]"]
    argv += ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart"]
    subprocess.run([*argv, str(path)], check=True, stdin=subprocess.DEVNULL, timeout=120)
    return path
