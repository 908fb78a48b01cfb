"""The services of a drill, each in processes of its own: PostgreSQL, Redis, an object store with an S3 API."""

import os
import shutil
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from glob import glob
from pathlib import Path

import httpx
import psycopg
import redis

from benchmarks.outage_drills.gate import Gate
from benchmarks.publishing_stage.sandbox import free_port

_START_S = 60.0


def until(what: str, question: object, within_s: float = _START_S) -> None:
    """Ask until the answer is yes. `question` is called; an exception means no."""
    ends_at = time.monotonic() + within_s
    while True:
        try:
            if question():  # type: ignore[operator]
                return
        except Exception as error:
            problem = str(error)
        else:
            problem = "no"
        if time.monotonic() > ends_at:
            raise RuntimeError(f"{what} did not come within {within_s:.0f} s: {problem}")
        time.sleep(0.1)


class Service(ABC):
    """What can be taken away and given back."""

    name: str

    @abstractmethod
    def take_away(self) -> None: ...

    @abstractmethod
    def give_back(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class PostgreSQL(Service):
    """A cluster of its own, with the role that production has (no superuser, no BYPASSRLS)."""

    name = "database"

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "pg", free_port()
        found = sorted(glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
        initdb = found[-1] if found else shutil.which("initdb")
        if initdb is None:
            raise RuntimeError("The drills need PostgreSQL's server programs (initdb, pg_ctl).")
        self._bin = Path(initdb).parent
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        folder.chmod(0o755)
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-E", "UTF8", "--locale=C")
        self.give_back()
        with psycopg.connect(self._url("postgres", "postgres"), autocommit=True) as server:
            server.execute("CREATE ROLE elevoai LOGIN NOSUPERUSER NOBYPASSRLS")
            server.execute("CREATE DATABASE elevoai OWNER elevoai")
        self.url = self._url("elevoai", "elevoai")

    def _url(self, user: str, database: str) -> str:
        user = user if os.geteuid() == 0 or user == "elevoai" else ""
        return f"postgresql://{user}{'@' if user else ''}127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *argv: str) -> None:
        command = [str(self._bin / program), *argv]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def take_away(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")

    def give_back(self) -> None:
        settings = f"-p {self.port} -k {self.data.parent} -c listen_addresses=127.0.0.1 -c max_connections=150"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.data.parent / "pg.log"), "-o", settings, "start")

    def close(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.take_away()


class Redis(Service):
    """A server that keeps nothing: after an outage every message and every remembered value is gone."""

    name = "cache"

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.give_back()

    def take_away(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def give_back(self) -> None:
        argv = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(argv, cwd=self._folder, stdout=subprocess.DEVNULL)
        until("Redis", lambda: redis.Redis.from_url(self.url).ping())

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.take_away()


class ObjectStore(Service):
    """A local S3 server, which forgets all when it ends, behind a gate that can be shut."""

    name = "storage"
    bucket = "drill"

    def __init__(self, folder: Path) -> None:
        port = free_port()
        log = (folder / "store.log").open("wb")
        argv = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self._process = subprocess.Popen(argv, stdout=log, stderr=log, start_new_session=True)
        until("The object store", lambda: httpx.get(f"http://127.0.0.1:{port}/moto-api/data.json").is_success)
        self._gate = Gate(port)
        self.url = f"http://127.0.0.1:{self._gate.port}"
        httpx.put(f"{self.url}/{self.bucket}", timeout=30).raise_for_status()

    def take_away(self) -> None:
        self._gate.shut()

    def give_back(self) -> None:
        self._gate.open()

    def close(self) -> None:
        self._gate.shut()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
