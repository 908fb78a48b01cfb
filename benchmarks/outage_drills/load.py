"""What goes on while a service is away: people look at pages and upload, as clients that try again."""

import base64
import hashlib
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

_TUS = {"Tus-Resumable": "1.0.0"}
_PAUSE_S = 0.3
_UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


@dataclass(frozen=True)
class Answer:
    """One request: when it began (monotonic), what for, how it was answered (0: not at all), how long it took."""

    at: float
    what: str
    status: int
    seconds: float


@dataclass
class Visitors:
    """Threads that ask all the time."""

    base: str
    token: str
    session: str
    answers: list[Answer] = field(default_factory=list)
    uploads: dict[str, str] = field(default_factory=dict)
    waiting: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    last_upload: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, clip: bytes, upload_every_s: float) -> None:
        for what in (self._look, self._vanish, lambda: self._upload(clip, upload_every_s)):
            thread = threading.Thread(target=what, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        self.over.set()
        for thread in self._threads:
            thread.join(60)

    @property
    def api(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def requests(self) -> dict[str, Callable[[httpx.Client], httpx.Response]]:
        """What is asked, by name."""
        return {
            "health": lambda http: http.get("/health"),
            "videos": lambda http: http.get("/api/v1/videos", headers=self.api),
            "dashboard": lambda http: http.get("/dashboard/", cookies={"sessionid": self.session}),
            "new folder": lambda http: http.post(
                "/api/v1/folders", json={"name": f"Folder {os.urandom(4).hex()}"}, headers=self.api
            ),
        }

    def _look(self) -> None:
        with httpx.Client(base_url=self.base, timeout=30) as http:
            while not self.over.is_set():
                for what, ask in self.requests().items():
                    self._asked(what, lambda ask=ask: ask(http))  # type: ignore[misc]
                    self.over.wait(_PAUSE_S / 4)

    def _asked(self, what: str, ask: Callable[[], httpx.Response]) -> httpx.Response | None:
        began = time.monotonic()
        try:
            answer = ask()
        except httpx.HTTPError:
            answer = None
        status = answer.status_code if answer is not None else 0
        self.answers.append(Answer(began, what, status, time.monotonic() - began))
        return answer

    def _vanish(self) -> None:
        """Clients that are gone before they are answered."""
        where = urlsplit(self.base)
        host = f"Host: {where.netloc}\r\n"
        asked = [
            f"GET /api/v1/videos HTTP/1.1\r\n{host}Authorization: Bearer {self.token}\r\n\r\n",
            f"POST /api/v1/folders HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{{",
            f"GET /ws/app/ HTTP/1.1\r\n{host}Origin: {self.base}\r\nCookie: sessionid={self.session}\r\n{_UPGRADE}\r\n",
        ]
        while not self.over.is_set():
            for number, text in enumerate(asked):
                with suppress(OSError), socket.create_connection(("127.0.0.1", where.port or 80), timeout=5) as client:
                    client.sendall(text.encode())
                    self.over.wait(0.02 * number)
                    # Closed by a reset, as a client that was killed.
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.over.wait(1.0)

    def _upload(self, clip: bytes, every_s: float) -> None:
        with httpx.Client(base_url=self.base, timeout=30, headers={**self.api, **_TUS}) as http:
            while not self.over.is_set() and not self.last_upload.is_set():
                data = _unlike_others(clip)
                self.waiting = 1
                location = self._sent(http, data)
                if location:
                    self.uploads[location.rstrip("/").rpartition("/")[2]] = hashlib.sha256(data).hexdigest()
                    self.waiting = 0
                self.last_upload.wait(every_s)

    def _sent(self, http: httpx.Client, data: bytes) -> str:
        """The address of the finished upload; '' when the drill ended before."""
        name = base64.b64encode(b"clip.mp4").decode()
        headers = {"Upload-Length": str(len(data)), "Upload-Metadata": f"filename {name}"}
        location, answer = "", None
        while not self.over.is_set():
            if not location:
                answer = self._asked("new upload", lambda: http.post("/api/v1/uploads/", headers=headers))
                location = answer.headers["Location"] if answer is not None and answer.status_code == 201 else ""
            elif self._offset(http, location) == len(data):
                return location
            else:
                answer = self._chunk(http, location, data)
            if answer is None or not answer.is_success:
                self.over.wait(_PAUSE_S)
        return ""

    def _chunk(self, http: httpx.Client, location: str, data: bytes) -> httpx.Response | None:
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        return self._asked("chunk", lambda: http.patch(location, content=data, headers=headers))

    def _offset(self, http: httpx.Client, location: str) -> int:
        answer = self._asked("upload state", lambda: http.head(location))
        if answer is None or answer.status_code != 200:
            self.over.wait(_PAUSE_S)
            return -1
        return int(answer.headers["Upload-Offset"])


def _unlike_others(clip: bytes) -> bytes:
    """The clip with bytes behind it that players ignore."""
    noise = os.urandom(256)
    return clip + (len(noise) + 8).to_bytes(4, "big") + b"free" + noise
