"""A large upload that keeps breaking: `python benchmarks/upload.py [--mb 500] [--url URL --pid PID]`.

Starts a server of its own in a scratch folder (or uses the one named), uploads a real video by tus in chunks of 8 MiB,
cuts the connection between chunks and inside chunks, goes on from where the server says it stands, and at the end
compares checksums. Meanwhile it watches the memory of the server's process. Ends with code 1 when the checksum differs,
or when the server grew by 64 MB or more.
"""

import argparse
import base64
import hashlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import imageio_ffmpeg
import psutil

ROOT = Path(__file__).resolve().parent.parent
CHUNK = 8 * 1024 * 1024
MIB = 1024 * 1024
LIMIT_MB = 64
PASSWORD = "correct horse battery staple"


def make_video(target: Path, size_mb: int) -> None:
    """A video without compression, so that its size is what was asked for: 1280x720, 1.76 MiB a frame."""
    frames = max(2, int(size_mb * MIB / (1280 * 720 * 2)) - 1)
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25"]
    argv += ["-frames:v", str(frames), "-c:v", "rawvideo", "-pix_fmt", "uyvy422", str(target)]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)


def sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


class Memory(threading.Thread):
    """Watches the resident memory of one process, without its children."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process = psutil.Process(pid)
        self.start_bytes = self.peak_bytes = self.process.memory_info().rss
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            self.peak_bytes = max(self.peak_bytes, self.process.memory_info().rss)

    @property
    def grown_mb(self) -> float:
        return (self.peak_bytes - self.start_bytes) / MIB


class Client:
    """The API over plain connections, so that they can be cut."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "localhost", parts.port or 80
        self.token = ""

    def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        try:
            connection.request(method, path, body, self.headers(**headers))
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def headers(self, **more: str) -> dict[str, str]:
        found = {"Tus-Resumable": "1.0.0", **{name.replace("_", "-"): value for name, value in more.items()}}
        return {**found, "Authorization": f"Bearer {self.token}"} if self.token else found

    def json(self, method: str, path: str, data: object = None) -> dict:
        body = json.dumps(data).encode() if data is not None else b""
        status, _, answer = self.call(method, path, body, Content_Type="application/json")
        if status >= 300:
            raise SystemExit(f"{method} {path} answered {status}: {answer[:300]!r}")
        return json.loads(answer) if answer else {}

    def register(self) -> None:
        email = f"upload-{time.time_ns()}@example.com"
        found = self.json("POST", "/api/v1/auth/register", {"email": email, "password": PASSWORD, "name": "Upload"})
        self.token = found["access_token"]

    def break_inside(self, path: str, offset: int, chunk: bytes, keep: int) -> None:
        """Announce a whole chunk, send a part of it, and pull the plug."""
        headers = self.headers(
            Upload_Offset=str(offset), Content_Type="application/offset+octet-stream", Content_Length=str(len(chunk))
        )
        lines = [f"PATCH {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        with socket.create_connection((self.host, self.port)) as plug:
            plug.sendall("\r\n".join([*lines, "", ""]).encode() + chunk[:keep])
            time.sleep(0.05)


def upload(client: Client, path: Path, breaks: int, seed: int) -> tuple[str, int, int]:
    """Send the file with interruptions; returns the video's id, and how often it broke between and inside chunks."""
    dice = random.Random(seed)
    size = path.stat().st_size
    name = base64.b64encode(path.name.encode()).decode()
    status, headers, body = client.call(
        "POST", "/api/v1/uploads/", Upload_Length=str(size), Upload_Metadata=f"filename {name}"
    )
    if status != 201:
        raise SystemExit(f"The upload was refused: {status} {body[:300]!r}")
    location = urlsplit(headers["location"]).path
    chunks = -(-size // CHUNK)
    inside = set(dice.sample(range(chunks), min(breaks, chunks)))
    between = set(dice.sample(range(chunks), min(breaks, chunks)))
    offset = number = broke = 0
    with path.open("rb") as handle:
        while offset < size:
            handle.seek(offset)
            chunk = handle.read(CHUNK)
            if number in inside:
                client.break_inside(location, offset, chunk, dice.randrange(1, len(chunk)))
                broke += 1
                stands = int(client.call("HEAD", location)[1]["upload-offset"])
                if stands != offset:
                    raise SystemExit(f"A broken chunk counted: the server stands at {stands}, not at {offset}.")
            checksum = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
            status, headers, body = client.call(
                "PATCH",
                location,
                chunk,
                Upload_Offset=str(offset),
                Upload_Checksum=f"sha256 {checksum}",
                Content_Type="application/offset+octet-stream",
            )
            if status != 204:
                raise SystemExit(f"Chunk {number} was refused: {status} {body[:300]!r}")
            offset = int(headers["upload-offset"])
            if number in between and offset < size:
                time.sleep(0.2)
                offset = int(client.call("HEAD", location)[1]["upload-offset"])
            number += 1
    return headers["upload-video"], broke, len(between)


@contextmanager
def server(folder: Path):
    """A server of one's own: `(url, pid)`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://localhost:{port}"
    environment = {**os.environ, "VAR_DIR": str(folder), "PORT": str(port), "PUBLIC_BASE_URL": url}
    argv = [sys.executable, "manage.py", "up"]
    process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


def measure(url: str, pid: int, size_mb: int, folder: Path) -> bool:
    """One warm-up, then the large one; prints what was seen. True when all held."""
    client = Client(url)
    client.register()
    small, large = folder / "small.mov", folder / "large.mov"
    make_video(small, 20)
    upload(client, small, breaks=1, seed=1)
    make_video(large, size_mb)
    expected, size = sha256(large), large.stat().st_size
    memory = Memory(pid)
    memory.start()
    began = time.monotonic()
    video, inside, between = upload(client, large, breaks=8, seed=2)
    seconds = time.monotonic() - began
    for _ in range(1200):
        found = client.json("GET", f"/api/v1/videos/{video}")
        if found["status"] in ("processed", "failed"):
            break
        time.sleep(0.5)
    memory.over.set()
    good = found["sha256"] == expected and found["size_bytes"] == size
    print(f"size        {size / MIB:.0f} MiB in {seconds:.1f} s ({size / MIB / seconds:.0f} MiB/s)")
    print(f"broke       {inside} times inside a chunk, {between} times between chunks")
    print(f"checksum    {'the same' if good else 'DIFFERENT'} ({expected[:16]}…)")
    print(f"processing  {found['status']}")
    print(f"memory      grew by {memory.grown_mb:.0f} MB, from {memory.start_bytes / MIB:.0f} MB (limit {LIMIT_MB})")
    return good and memory.grown_mb < LIMIT_MB


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=int, default=500)
    parser.add_argument("--url", help="a running server")
    parser.add_argument("--pid", type=int, help="its process")
    chosen = parser.parse_args()
    # The limit counts mebibytes of the whole file; leave room for the container around the pictures.
    size_mb = min(chosen.mb, 500)
    with tempfile.TemporaryDirectory(prefix="elevo-upload-") as name:
        folder = Path(name)
        if chosen.url and chosen.pid:
            return 0 if measure(chosen.url, chosen.pid, size_mb, folder) else 1
        with server(folder / "var") as (url, pid):
            return 0 if measure(url, pid, size_mb, folder) else 1


if __name__ == "__main__":
    sys.exit(main())
