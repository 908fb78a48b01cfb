"""The product is killed in the middle of a render: nothing is left, and a restart finishes the render."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import imageio_ffmpeg
import psutil
import pytest

from tests.ports import free_port
from tests.waits import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]
PATIENCE_S = 400


class Server:
    """`manage.py up` with a folder of its own."""

    def __init__(self, root: Path, var: Path) -> None:
        self.port = free_port()
        self.root, self.var = root, var
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        self.environment = kept | {"VAR_DIR": str(var), "PUBLIC_BASE_URL": f"http://localhost:{self.port}"}
        self.process: subprocess.Popen[bytes] | None = None
        self.api = httpx.Client(base_url=f"http://localhost:{self.port}", timeout=60)

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self.var / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port)],
                cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until(lambda: self.answers(), "the product to start")

    def answers(self) -> bool:
        try:
            return self.api.get("/health").status_code == 200
        except httpx.HTTPError:
            return False

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def get(self, path: str) -> dict[str, Any]:
        answer = self.api.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(30)


@pytest.fixture
def server(pytestconfig: pytest.Config, tmp_path: Path) -> Iterator[Server]:
    made = Server(pytestconfig.rootpath, tmp_path)
    made.start()
    yield made
    made.stop(signal.SIGKILL)


def upload(server: Server, path: Path) -> str:
    """A new person with one processed video; its id."""
    person = {"email": "ada@example.com", "password": "correct horse battery staple"}
    token = server.api.post("/api/v1/auth/register", json=person).json()["access_token"]
    server.api.headers["Authorization"] = f"Bearer {token}"
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=20"]
    subprocess.run([*argv, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path)], check=True)
    with path.open("rb") as file:
        answer = server.api.post("/api/v1/videos/upload", files={"file": ("clip.mp4", file, "video/mp4")})
    video = str(answer.json()["id"])
    until(lambda: server.get(f"videos/{video}")["status"] == "processed", "the video to be processed")
    return video


def test_a_killed_product_finishes_the_render(server: Server, tmp_path: Path) -> None:
    video = upload(server, tmp_path / "clip.mp4")
    body = {"formats": [{"aspect_ratio": "9:16"}, {"aspect_ratio": "16:9"}]}
    edit = server.api.post(f"/api/v1/videos/{video}/edit", json=body).json()

    def rendering() -> list[psutil.Process]:
        stage = server.get(f"jobs/{edit['task_id']}").get("stage", "")
        children = server.children()
        encodes = stage.startswith("Picture") and any("ffmpeg" in child.name() for child in children)
        return children if encodes else []

    children = until(rendering, "the render to encode")
    server.stop(signal.SIGKILL)
    until(lambda: not any(alive(child) for child in children), "its processes to end")
    assert [path.name for path in (tmp_path / "work").rglob("*.mp4")] == []
    assert [path for path in (tmp_path / "media").rglob("*rendition*/**/*.mp4")] == []

    server.start()
    done = until(lambda: finished(server, edit["id"]), "the render to finish after the restart")
    assert (done["state"], [row["state"] for row in done["renditions"]]) == ("done", ["done", "done"])
    assert [row["duration"] for row in done["renditions"]] == pytest.approx([20, 20], abs=0.1)
    assert [path.name for path in (tmp_path / "work").rglob("*") if path.is_file()] == []


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; who is dead but not yet reaped does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def finished(server: Server, edit_id: str) -> dict[str, Any] | None:
    """The edit once nothing is being made any more."""
    edit = server.get(f"edits/{edit_id}")
    return edit if edit["state"] not in ("queued", "rendering") else None
