"""What `manage.py up` costs: CPU seconds until it answers healthy, memory, and CPU while nobody asks for anything.

    python -m benchmarks.startup [--idle-s 60]

Each start is a process of its own with a folder of its own. The first has nothing at all: no database, no collected
static files, no compiled bytecode. CPU is user and system time of the whole process tree, from /proc; it hardly depends
on what else the machine does, unlike the seconds beside it.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
NOT_HERE = ("DATABASE_URL", "REDIS_URL", "MODE", "PUBLIC_BASE_URL", "DEBUG", "PYTHONDONTWRITEBYTECODE")
TICKS = os.sysconf("SC_CLK_TCK")
# What is to be reached: CPU seconds, MB, per cent of one core.
MOST = {"first start": 8.0, "restart": 4.0, "memory": 230.0, "idle": 1.0}
SETTLE_S = 20.0


def tree(root: int) -> list[int]:
    """A process and all its descendants."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu_s(root: int) -> float:
    """User and system time of the tree, those of its children that have ended included."""
    total = 0
    for pid in tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(value) for value in fields[11:15])
    return total / TICKS


def memory_mb(root: int) -> tuple[float, float]:
    """PSS and RSS of the tree."""
    pss = rss = 0
    for pid in tree(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        values = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:] if line.endswith("kB")}
        pss, rss = pss + values["Pss"], rss + values["Rss"]
    return pss / 1024, rss / 1024


@dataclass
class Started:
    """A running product and what its start cost."""

    process: "subprocess.Popen[bytes]"
    cpu_s: float
    wall_s: float


def start(folder: Path) -> Started:
    """Run `manage.py up` until /health answers 200."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name not in NOT_HERE}
    environment = {
        **kept,
        "VAR_DIR": str(folder / "var"),
        "BENCHMARK_STATIC_ROOT": str(folder / "static"),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "DJANGO_SETTINGS_MODULE": "benchmarks.startup_settings",
        "LOG_LEVEL": "ERROR",
    }
    argv = [sys.executable, "manage.py", "up", "--port", str(port)]
    begun = time.monotonic()
    process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                if answer.status == 200:
                    return Started(process, cpu_s(process.pid), time.monotonic() - begun)
        except (URLError, OSError):
            time.sleep(0.05)
    raise SystemExit(f"`up` ended with {process.returncode}.")


def stop(process: "subprocess.Popen[bytes]") -> float:
    """Press Ctrl-C; the seconds until it has ended."""
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(30)
    return time.monotonic() - begun


def report(name: str, figure: float, unit: str, key: str, more: str = "") -> bool:
    """Print one line; whether the figure is within what is to be reached."""
    good = figure <= MOST[key]
    print(f"{name:44} {figure:7.2f} {unit:12} at most {MOST[key]:g}  {'' if good else 'MISSED  '}{more}", flush=True)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--idle-s", type=float, default=60.0, help="how long the idle product is watched")
    options = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold = start(folder)
        good &= report("first start, nothing compiled", cold.cpu_s, "CPU s", "first start", f"{cold.wall_s:.1f} s")
        stop(cold.process)
        for kept in ("var", "static"):
            shutil.rmtree(folder / kept)
        first = start(folder)
        good &= report("first start", first.cpu_s, "CPU s", "first start", f"{first.wall_s:.1f} s")
        stop(first.process)
        again = start(folder)
        good &= report("restart", again.cpu_s, "CPU s", "restart", f"{again.wall_s:.1f} s")
        time.sleep(SETTLE_S)
        pss, rss = memory_mb(again.process.pid)
        good &= report("memory (PSS)", pss, "MB", "memory", f"RSS {rss:.0f} MB")
        before, begun = cpu_s(again.process.pid), time.monotonic()
        time.sleep(options.idle_s)
        used = 100 * (cpu_s(again.process.pid) - before) / (time.monotonic() - begun)
        good &= report(f"idle, over {options.idle_s:g} s", used, "% of a core", "idle")
        print(f"{'Ctrl-C to the end':44} {stop(again.process):7.2f} s")
    load = os.getloadavg()[0]
    print(f"Load of the machine: {load:.1f} on {os.cpu_count()} cores.")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
