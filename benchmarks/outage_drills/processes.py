"""The product in separate processes, as in production: web, two workers, beat, and the sandbox beside them."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.outage_drills.services import until

ROOT = Path(__file__).resolve().parents[2]
# The drill runs in a process that has these settings too; the parts start with the same.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass
class Parts:
    """The processes by name."""

    folder: Path
    environment: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, port: int, sandbox_port: int) -> None:
        """Start all and wait until they answer."""
        worker = ("-m", "celery", "-A", "config", "worker", "-P", "threads", "-l", "WARNING")
        self._run(
            "sandbox", "manage.py", "sandbox", "--port", str(sandbox_port), "--url", self.environment["SANDBOX_URL"]
        )
        web = ("-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port))
        self._run("web", *web, "--lifespan", "off", "--timeout-worker-healthcheck", "60")
        self._run("rest", *worker, "-c", "4", "-Q", "interactive,default,publish", "-n", "rest@%h")
        self._run("media", *worker, "-c", "2", "-Q", "media", "-n", "media@%h")
        self._run("beat", "-m", "celery", "-A", "config", "beat", "-l", "WARNING")
        until("The sandbox", lambda: httpx.get(f"http://127.0.0.1:{sandbox_port}/_control/state").is_success, 120)
        health = f"http://localhost:{port}/health"
        until("The product", lambda: httpx.get(health, timeout=10).json()["status"] == "healthy", 180)

    def _run(self, name: str, *argv: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        self.running[name] = subprocess.Popen(
            [sys.executable, *argv],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def ended(self) -> list[str]:
        """Who has ended, which nobody should."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def said(self, words: str) -> list[str]:
        """Who has written certain words to their log."""
        return [name for name in self.running if words in (self.folder / f"{name}.log").read_text(errors="replace")]

    def stop(self) -> None:
        """Ask, then insist."""
        for number, patience_s in ((signal.SIGTERM, 25.0), (signal.SIGKILL, 5.0)):
            alive = [process for process in self.running.values() if process.poll() is None]
            for process in alive:
                os.killpg(process.pid, number)
            for process in alive:
                try:
                    process.wait(patience_s)
                except subprocess.TimeoutExpired:
                    continue


def plain_environment() -> dict[str, str]:
    """Nothing of the person who runs this leaks in."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {"PYTHONUNBUFFERED": "1"}
