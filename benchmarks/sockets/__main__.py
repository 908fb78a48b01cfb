"""`python -m benchmarks.sockets`: 500 pages connected to one process while jobs tell how far they are.

Starts the product (SQLite embedded; with DATABASE_URL and REDIS_URL also PostgreSQL and Redis with a Celery worker),
connects the sockets of as many people, lets five jobs publish their progress at the product's rate, and measures from
the event's own time to its arrival. The same is done with a bare consumer of Channels. Prints latencies, CPU, memory
per connection, the first event of a process, and the ratio to the bare consumer. Ends with code 1 when a limit is not
kept.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from websockets.asyncio.client import connect

from benchmarks.publishing_stage import databases
from benchmarks.sockets.kinds import EVENT
from benchmarks.startup import ROOT, cpu_s, memory_mb
from tests.ports import free_port

MOST_P95_MS, MOST_FIRST_MS = 250.0, 250.0
JOBS = 5  # as many as the embedded mode runs at once
SERVER = ("-m", "uvicorn", "--host", "127.0.0.1", "--lifespan", "off", "--log-level", "warning")
Place = tuple[str, dict[str, str], list[str]]  # path, headers, topics


@dataclass
class Run:
    """What one server did."""

    latencies_ms: list[float] = field(default_factory=list)
    cpu_pct: float = 0.0
    kb_per_socket: float = 0.0
    expected: int = 0

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.latencies_ms, n=20)[18] if len(self.latencies_ms) > 1 else float("inf")

    def line(self, name: str) -> str:
        if not self.latencies_ms:
            return f"{name:24} nothing arrived"
        p50, most = statistics.median(self.latencies_ms), max(self.latencies_ms)
        return (
            f"{name:24} p50 {p50:7.1f}  p95 {self.p95:7.1f}  max {most:7.1f} ms   {len(self.latencies_ms)} of about "
            f"{self.expected} arrived   {self.cpu_pct:5.1f} % of a core   {self.kb_per_socket:5.0f} KB per connection"
        )


@contextmanager
def running(*argvs: list[str], environment: dict[str, str]) -> Iterator["list[subprocess.Popen[bytes]]"]:
    """Processes for the length of a block."""
    processes = [subprocess.Popen([sys.executable, *argv], cwd=ROOT, env=environment) for argv in argvs]
    try:
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


async def listen(url: str, headers: dict[str, str], topics: list[str], run: Run, window: tuple[float, float]) -> None:
    """One page: subscribe, then note when each event of the window arrives."""
    async with connect(url, additional_headers=headers, compression=None, open_timeout=60) as socket:
        if topics:
            await socket.send(json.dumps({"op": "sub", "topics": topics}))
        while (left := window[1] + 2 - time.time()) > 0:
            try:
                message = json.loads(await asyncio.wait_for(socket.recv(), left))
            except TimeoutError:
                return
            if message.get("type") == EVENT:
                sent = datetime.fromisoformat(message["ts"]).timestamp()
                if window[0] <= sent <= window[1]:
                    run.latencies_ms.append((time.time() - sent) * 1000)


async def drive(url: str, places: list[Place], pid: int, window: tuple[float, float]) -> Run:
    """All pages, and what they cost the server."""
    run = Run(expected=int((window[1] - window[0]) * 4 * len(places)))
    before = memory_mb(pid)[0]
    pages = []
    for path, headers, topics in places:
        pages.append(asyncio.create_task(listen(url + path, headers, topics, run, window)))
        await asyncio.sleep(0.02)
    await asyncio.sleep(max(0.0, window[0] - time.time()))
    run.kb_per_socket = (memory_mb(pid)[0] - before) * 1024 / len(places)
    used, begun = cpu_s(pid), time.monotonic()
    await asyncio.sleep(max(0.0, window[1] - time.time()))
    run.cpu_pct = 100 * (cpu_s(pid) - used) / (time.monotonic() - begun)
    ends = await asyncio.gather(*pages, return_exceptions=True)
    broken = [end for end in ends if isinstance(end, BaseException)]
    if broken:
        print(f"{len(broken)} of {len(places)} sockets broke, the first with: {broken[0]!r}")
    return run


def wait_for(url: str) -> None:
    """Until a server answers, whatever it says."""
    for _ in range(600):
        try:
            urlopen(url, timeout=5).close()
            return
        except URLError as error:
            if getattr(error, "code", None):
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer.")


def product(sockets: int, seconds: float, environment: dict[str, str], port: int) -> Run:
    """The product in the mode that its environment says."""
    subprocess.run([sys.executable, "-m", "benchmarks.sockets.people", "schema"], cwd=ROOT, env=environment, check=True)
    if environment.get("REDIS_URL"):
        worker = [
            "-m",
            "celery",
            "-A",
            "config",
            "worker",
            "-P",
            "threads",
            "-c",
            "8",
            "-Q",
            "interactive,default,media",
        ]
        argvs = [[*SERVER, "--no-proxy-headers", "--port", str(port), "config.asgi:application"], worker]
    else:
        argvs = [["manage.py", "up"]]
    with running(*argvs, environment=environment) as processes:
        wait_for(f"http://127.0.0.1:{port}/health")
        argv = [sys.executable, "-m", "benchmarks.sockets.people", str(sockets), str(JOBS), str(seconds)]
        found = json.loads(subprocess.run(argv, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE).stdout)
        places = [
            (
                "/ws/app/",
                {"Origin": f"http://localhost:{port}", "Cookie": f"sessionid={place['session']}"},
                place["topics"],
            )
            for place in found["places"]
        ]
        window = (found["start_at"] + 1, found["start_at"] + seconds - 1)
        return asyncio.run(drive(f"ws://127.0.0.1:{port}", places, processes[0].pid, window))


def bare(sockets: int, seconds: float, environment: dict[str, str]) -> Run:
    """The floor."""
    port = free_port()
    extra = {"BARE_GROUPS": str(JOBS)}
    argv = [*SERVER, "--port", str(port), "benchmarks.sockets.bare:application"]
    with running(argv, environment={**environment, **extra}) as processes:
        while True:
            try:
                return asyncio.run(drive_bare(sockets, seconds, port, processes[0].pid))
            except ConnectionRefusedError:
                time.sleep(0.2)


async def drive_bare(sockets: int, seconds: float, port: int, pid: int) -> Run:
    """Wait for the server, then connect to it."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    start_at = time.time() + sockets * 0.02 + 10
    places: list[Place] = [(f"/bare.{number % JOBS}", {}, []) for number in range(sockets)]
    return await drive(f"ws://127.0.0.1:{port}", places, pid, (start_at, start_at + seconds - 2))


def first_event(environment: dict[str, str]) -> tuple[float, float]:
    """Milliseconds of the first and the second event of a process."""
    argv = [sys.executable, "-m", "benchmarks.sockets.first"]
    done = subprocess.run(argv, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    first, second = (float(line) for line in done.stdout.split())
    return first, second


def measure(name: str, sockets: int, seconds: float, environment: dict[str, str]) -> bool:
    """One mode; whether it keeps the limits."""
    port = free_port()
    whole = {
        **environment,
        "DJANGO_SETTINGS_MODULE": "benchmarks.sockets.settings",
        "PUBLIC_BASE_URL": f"http://localhost:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "LOG_LEVEL": "ERROR",
    }
    print(f"{name}: {sockets} sockets, {JOBS} jobs", flush=True)
    ours = product(sockets, seconds, whole, port)
    print("  " + ours.line("product"), flush=True)
    floor = bare(sockets, seconds, whole)
    print("  " + floor.line("bare consumer"), flush=True)
    first, second = first_event(whole)
    ratio = ours.cpu_pct / floor.cpu_pct if floor.cpu_pct else 0.0
    print(f"  {'ratio to bare':24} p95 {ours.p95 / floor.p95:.2f}   CPU {ratio:.2f}")
    print(f"  {'first event':24} {first:.1f} ms, the second {second:.1f} ms")
    complete = len(ours.latencies_ms) >= 0.9 * ours.expected
    good = ours.p95 <= MOST_P95_MS and first <= MOST_FIRST_MS and complete
    print(f"  {'kept' if good else 'MISSED'}: p95 at most {MOST_P95_MS:g} ms, first event at most {MOST_FIRST_MS:g} ms")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the jobs tell")
    parser.add_argument("--postgres", default=os.environ.get("DATABASE_URL", ""), help="default: DATABASE_URL")
    parser.add_argument("--redis", default=os.environ.get("REDIS_URL", ""), help="default: REDIS_URL; it is emptied")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sockets-")))
        plain = {**databases.plain_environment(), "VAR_DIR": str(folder)}
        good = measure("SQLite, embedded", options.sockets, options.seconds, plain)
        if options.postgres and options.redis:
            extra = stack.enter_context(databases.postgresql(options.postgres, options.redis, "sockets"))
            good &= measure("PostgreSQL and Redis", options.sockets, options.seconds, {**plain, **extra})
        else:
            print("PostgreSQL and Redis were not measured: set DATABASE_URL and REDIS_URL.")
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
