"""The real product as processes: embedded by default, every part by itself when the environment names services.

E2E_DATABASE_URL and E2E_REDIS_URL, together: PostgreSQL and Redis that the run may fill; E2E_S3=1 with them: files
lie in a local S3 server.
"""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

from tests.ports import free_port
from tests.waits import until

ROOT = Path(__file__).resolve().parents[2]
START_S = 180


@dataclass
class Part:
    """One process with its own log and process group."""

    name: str
    process: subprocess.Popen[bytes]
    log_path: Path
    log: IO[bytes]

    def stop(self) -> None:
        """Ask the whole group to end, then insist."""
        for number, patience in ((signal.SIGTERM, 25), (signal.SIGKILL, 5)):
            if self.process.poll() is not None:
                break
            os.killpg(self.process.pid, number)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        self.log.close()


@dataclass
class Product:
    """What runs, where it is, and what it has said."""

    var: Path
    url: str
    sandbox_url: str
    environment: dict[str, str]
    parts: list[Part] = field(default_factory=list)

    @property
    def receiver_url(self) -> str:
        """Where webhooks may go on this machine; nobody listens there unless a test does."""
        return self.environment["WEBHOOK_TRUSTED_URLS"]

    def start(self, name: str, *argv: str) -> None:
        log_path = self.var / f"{name}.log"
        log = log_path.open("wb")
        process = subprocess.Popen(
            [sys.executable, *argv],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.parts.append(Part(name, process, log_path, log))

    def manage(self, *argv: str) -> None:
        """Run one command to its end."""
        subprocess.run(
            [sys.executable, "manage.py", *argv], cwd=ROOT, env=self.environment, check=True, timeout=START_S
        )

    def wait(self, url: str) -> None:
        """Until the address answers; a process that ended or never answers fails with what it wrote."""

        def answers() -> bool:
            dead = [part.name for part in self.parts if part.process.poll() is not None]
            if dead:
                raise AssertionError(f"{', '.join(dead)} ended at start.")
            try:
                return httpx.get(url, timeout=5).status_code < 400
            except httpx.HTTPError:
                return False

        try:
            until(answers, f"{url} to answer", seconds=START_S, every_s=0.25)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said()}") from None

    def said(self, lines: int = 60) -> str:
        """The end of every log."""
        tails = []
        for part in self.parts:
            text = part.log_path.read_text(errors="replace").splitlines()[-lines:]
            tails.append("\n".join([f"--- {part.name}", *text]))
        return "\n".join(tails)

    def stop(self) -> None:
        for part in reversed(self.parts):
            part.stop()

    def sandbox(self, call: str, body: Mapping[str, object]) -> None:
        """One call of the sandbox's control."""
        httpx.post(f"{self.sandbox_url}/_control/{call}", json=body, timeout=30).raise_for_status()


def _environment(var: Path, port: int, **more: str) -> dict[str, str]:
    """Only what the product needs: no setting of the person who runs the tests leaks in."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    base = {"VAR_DIR": str(var), "PORT": str(port), "PUBLIC_BASE_URL": f"http://localhost:{port}"}
    base["WEBHOOK_TRUSTED_URLS"] = f"http://127.0.0.1:{free_port()}"
    return {**kept, **base, "PYTHONUNBUFFERED": "1", **more}


def embedded(var: Path) -> Product:
    """`manage.py up`: everything in one process, the sandbox mounted."""
    port = free_port()
    url = f"http://localhost:{port}"
    product = Product(var, url, f"{url}/sandbox", _environment(var, port, MODE="embedded"))
    product.start("up", "manage.py", "up", "--port", str(port))
    return product


def separate(var: Path, database_url: str, redis_url: str) -> Product:
    """Web, two workers, beat and sandbox, each in a process of its own."""
    port, sandbox_port = free_port(), free_port()
    sandbox_url = f"http://localhost:{sandbox_port}"
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": base64.b64encode(os.urandom(32)).decode(),
        "ENCRYPTION_KEY": os.urandom(32).hex(),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "SANDBOX_URL": sandbox_url,
    }
    url = f"http://localhost:{port}"
    store_port = free_port() if os.environ.get("E2E_S3") else 0
    if store_port:
        settings |= {"S3_ENDPOINT_URL": f"http://localhost:{store_port}", "S3_BUCKET": "elevo-e2e"}
        settings |= {"S3_ACCESS_KEY": "local", "S3_SECRET_KEY": "local-only"}
    product = Product(var, url, sandbox_url, _environment(var, port, **settings))
    try:
        _start_parts(product, port, sandbox_port, store_port)
    except BaseException:
        product.stop()
        raise
    return product


def _start_parts(product: Product, port: int, sandbox_port: int, store_port: int) -> None:
    if store_port:
        store = product.environment["S3_ENDPOINT_URL"]
        product.start("store", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(store_port))
        product.wait(f"{store}/moto-api/data.json")
        httpx.put(f"{store}/{product.environment['S3_BUCKET']}", timeout=30).raise_for_status()
    product.manage("migrate", "--verbosity", "0")
    product.manage("collectstatic", "--noinput", "--verbosity", "0")
    web = ("-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port), "--lifespan", "off")
    worker = ("-m", "celery", "-A", "config", "worker", "-P", "threads")
    product.start("sandbox", "manage.py", "sandbox", "--port", str(sandbox_port), "--url", product.sandbox_url)
    product.start("web", *web)
    product.start("rest", *worker, "-c", "4", "-Q", "interactive,default,publish", "-n", f"rest{port}@%h")
    product.start("media", *worker, "-c", "2", "-Q", "media", "-n", f"media{port}@%h")
    product.start("beat", "-m", "celery", "-A", "config", "beat")


def run(var: Path) -> Product:
    """Start what the environment asks for and wait until it answers."""
    database_url, redis_url = os.environ.get("E2E_DATABASE_URL", ""), os.environ.get("E2E_REDIS_URL", "")
    assert bool(database_url) == bool(redis_url), "Set E2E_DATABASE_URL and E2E_REDIS_URL together."
    product = separate(var, database_url, redis_url) if database_url else embedded(var)
    try:
        product.wait(f"{product.url}/health")
        product.wait(f"{product.sandbox_url}/_control/state")
    except BaseException:
        product.stop()
        raise
    return product
