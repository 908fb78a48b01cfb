"""Child processes for everything that opens a user's media.

A child gets its own process group, limits of time and memory, and speaks JSON lines on stdout. Its stdin stays open as
long as the parent lives: when the parent dies the child reads EOF and must end (`videofile.processes`), so no orphan
survives. The parent kills the whole group when it is told to stop, on a limit, and on every error.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from videofile.processes import launched

_TAIL_LINES = 40
_POLL_S = 0.2
_MAX_LINE = 64 * 1024 * 1024


class ChildError(Exception):
    """The child ended badly. `reason` is exit, timeout, stopped or memory; `tail` its last words."""

    def __init__(self, reason: str, message: str, *, code: int | None = None, tail: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.code = code
        self.tail = tail


@dataclass(frozen=True, slots=True)
class Limits:
    """`timeout_s` is wall time; `memory_bytes` the address space of each process of the group (None: no limit)."""

    timeout_s: float = 3600.0
    memory_bytes: int | None = None
    silence_s: float | None = None


@dataclass
class Child:
    """A running child. Use `lines()` to read it; leaving that loop for any reason ends the whole group."""

    argv: Sequence[str]
    limits: Limits = field(default_factory=Limits)
    should_stop: Callable[[], bool] = lambda: False
    env: Mapping[str, str] | None = None
    stdin_line: str | None = None
    cwd: str | None = None

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield each JSON object of stdout; raise `ChildError` unless the child exits with 0."""
        process = subprocess.Popen(
            launched(self.argv, memory_bytes=self.limits.memory_bytes or 0),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=dict(self.env) if self.env is not None else None,
            cwd=self.cwd,
        )
        tail: deque[str] = deque(maxlen=_TAIL_LINES)
        drain = threading.Thread(target=_drain, args=(process, tail), daemon=True)
        drain.start()
        try:
            if self.stdin_line is not None and process.stdin is not None:
                process.stdin.write(self.stdin_line.encode() + b"\n")
                process.stdin.flush()
            yield from self._read(process, tail)
            code = process.wait()
            drain.join(timeout=2)
            if code != 0:
                text = "\n".join(tail)
                raise ChildError("exit", f"The process ended with code {code}.", code=code, tail=text)
        finally:
            _kill_group(process)

    def _read(self, process: "subprocess.Popen[bytes]", tail: deque[str]) -> Iterator[dict[str, Any]]:
        assert process.stdout is not None
        started = heard = time.monotonic()
        buffer = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if self.should_stop():
                    raise ChildError("stopped", "The work was stopped.", tail="\n".join(tail))
                now = time.monotonic()
                if now - started > self.limits.timeout_s:
                    raise ChildError("timeout", f"The work took longer than {self.limits.timeout_s:.0f} s.")
                if self.limits.silence_s is not None and now - heard > self.limits.silence_s:
                    raise ChildError("timeout", f"The work made no progress for {self.limits.silence_s:.0f} s.")
                if not selector.select(_POLL_S):
                    continue
                chunk = os.read(process.stdout.fileno(), 65536)
                if not chunk:
                    return
                heard = time.monotonic()
                buffer += chunk
                if len(buffer) > _MAX_LINE:
                    raise ChildError("exit", "The process wrote an endless line.")
                while (end := buffer.find(b"\n")) >= 0:
                    line = bytes(buffer[:end])
                    del buffer[: end + 1]
                    yield from _decode(line, tail)


def _decode(line: bytes, tail: deque[str]) -> Iterator[dict[str, Any]]:
    try:
        entry = json.loads(line)
    except ValueError:
        tail.append(line[:500].decode(errors="replace"))
        return
    if isinstance(entry, dict):
        yield entry


def _drain(process: "subprocess.Popen[bytes]", tail: deque[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        tail.append(line[:500].decode(errors="replace").rstrip())


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(Exception):
        process.wait(timeout=5)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()


def run(child: Child, on_line: Callable[[dict[str, Any]], None]) -> None:
    """Run to the end, handing each JSON line to `on_line`."""
    for entry in child.lines():
        on_line(entry)


def python_argv(module: str, *arguments: str) -> list[str]:
    """The command line of a Python module of this project in a child."""
    return [sys.executable, "-m", module, *arguments]
