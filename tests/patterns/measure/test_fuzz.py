"""Two hundred damaged files: each ends with facts or one sentence, none hangs, none takes its parent with it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from benchmarks.measure.scenes import make_scene
from benchmarks.measure.texts import Caption
from benchmarks.measure.timeline import Segment, Timeline, write
from patterns.measure import Features, MeasureCode

from .conftest import Ffmpeg

ROOT = Path(__file__).resolve().parents[3]
LOTS, FILES = 10, 20
TIMEOUT_S = 120

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Cut off, bits turned, a stretch zeroed or doubled, or several of these."""
    out = bytearray(data)
    for kind in rng.sample(("cut", "bits", "zero", "double"), rng.choice((1, 1, 2))):
        at = rng.randrange(len(out))
        length = rng.randrange(1, max(2, min(4096, len(out) - at)))
        if kind == "cut":
            out = out[: max(1, at)]
        elif kind == "bits":
            for _ in range(rng.choice((1, 8, 60, 600))):
                out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
        elif kind == "zero":
            out[at : at + length] = bytes(length)
        else:
            out[at:at] = out[at : at + length]
    return bytes(out)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory, ffmpeg_make: Ffmpeg, two_shots: Path) -> list[bytes]:
    """With text, sound and a cut, as MP4 with its index behind and in front, Matroska, WebM and transport stream."""
    captioned = tmp_path_factory.mktemp("fuzz") / "text.mp4"
    shots = [Segment(make_scene(np.random.default_rng(seed), 180, 320, "drawn"), 25, 1.0) for seed in (1, 2)]
    write(Timeline(180, 320, 25, shots, captions=[Caption(5, 40, "Wait for it", size=0.1)]), captioned)
    paths = [
        captioned,
        two_shots,
        ffmpeg_make("front.mp4", "-i", two_shots, "-c", "copy", "-movflags", "+faststart"),
        ffmpeg_make("fuzz.mkv", "-i", two_shots, "-c", "copy"),
        ffmpeg_make("fuzz.ts", "-i", two_shots, "-c", "copy"),
        ffmpeg_make("fuzz.webm", "-i", captioned, "-c:v", "libvpx", "-deadline", "realtime", "-an"),
    ]
    return [path.read_bytes() for path in paths]


@pytest.mark.parametrize("lot", range(LOTS))
def test_damaged_files_end_with_facts_or_one_sentence(sources: list[bytes], tmp_path: Path, lot: int) -> None:
    def one(number: int) -> str:
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(damaged(sources[number % len(sources)], random.Random(number)))
        argv = [sys.executable, "-m", "patterns.measure", "--no-stdin", str(path)]
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, timeout=TIMEOUT_S, check=False)
        path.unlink()
        assert done.returncode in (0, 2), (number, done.returncode, done.stderr[-400:])
        last = json.loads(done.stdout.splitlines()[-1])
        if done.returncode == 0:
            assert last["type"] == "result"
            Features.model_validate(last["features"])
            return "measured"
        assert (last["type"], last["message"][-1]) == ("error", "."), number
        # No damage to a file is to look like a fault of the machine.
        assert last["code"] not in (MeasureCode.FAILED, MeasureCode.FFMPEG_MISSING, MeasureCode.TOO_LONG), number
        return str(last["code"])

    with ThreadPoolExecutor(2) as pool:
        ends = Counter(pool.map(one, range(lot * FILES, (lot + 1) * FILES)))
    assert sum(ends.values()) == FILES
    # Both ends have to happen, else the damage is not what it should be.
    assert 0 < ends["measured"] < FILES
