"""CPU, wall clock and memory of a command and everything it starts."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Cost:
    wall_s: float
    cpu_s: float
    peak_mb: float  # all processes together, sampled
    out: bytes


@dataclass(frozen=True)
class Turn:
    """A command between two plain decodings of the same file."""

    before: Cost
    one: Cost
    after: Cost


def run(argv: Sequence[str]) -> Cost:
    began = time.monotonic()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    peak, done = [0.0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(child.pid, peak, done), daemon=True)
    watcher.start()
    assert child.stdout is not None
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    done.set()
    watcher.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{argv[0]} ended with {child.returncode}: {out[-300:].decode(errors='replace')}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak[0], out)


def _watch(pid: int, peak: list[float], done: threading.Event) -> None:
    while not done.wait(0.05):
        try:
            root = psutil.Process(pid)
            total = sum(p.memory_info().rss for p in [root, *root.children(recursive=True)])
        except psutil.Error:
            continue
        peak[0] = max(peak[0], total / 1e6)


def cpu_ratio(turns: Sequence[Turn]) -> float:
    """Median over the turns of a command's CPU time over that of the plain decodings around it."""
    return statistics.median(2 * turn.one.cpu_s / (turn.before.cpu_s + turn.after.cpu_s) for turn in turns)


def wall_ratio(turns: Sequence[Turn]) -> float:
    """The same for the wall clock."""
    return statistics.median(2 * turn.one.wall_s / (turn.before.wall_s + turn.after.wall_s) for turn in turns)


def median_cpu_s(runs: Sequence[Cost]) -> float:
    return statistics.median(one.cpu_s for one in runs)
