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


def ratio(rounds: Sequence[tuple[Cost, Cost]], what: str) -> float:
    """Median over rounds of the second command's cost over the first's, taken pair by pair."""
    return statistics.median(getattr(b, what) / getattr(a, what) for a, b in rounds)
