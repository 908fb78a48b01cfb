"""Makers of the rows that tests need; each app adds its own below its heading."""

import atexit
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import imageio_ffmpeg
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Membership, Preferences, Role, User, Workspace
from core import clock
from core.actor import Actor, ActorKind
from core.ids import uuid7
from media.models import MediaFile
from patterns.models import Analysis, Pattern
from videos.models import Folder, Tag, Video, VideoTag

PASSWORD = "correct horse battery"


def make_user(email: str, **fields: Any) -> User:
    """A person with preferences, without a workspace."""
    user = User.objects.create_user(email, PASSWORD, **fields)
    Preferences.objects.create(user=user)
    return user


def make_workspace(owner: User, name: str = "Studio") -> Workspace:
    """A workspace whose owner is its admin."""
    workspace = Workspace.objects.create(name=name, created_by=owner)
    Membership.objects.create(workspace=workspace, user=owner, role=Role.ADMIN)
    if owner.current_workspace_id is None:
        owner.current_workspace = workspace
        owner.save(update_fields=["current_workspace"])
    return workspace


def make_actor(user: User, workspace: Workspace, role: str = Role.ADMIN) -> Actor:
    """The actor of a person in a workspace."""
    return Actor(user_id=user.pk, workspace_id=workspace.pk, role=role, kind=ActorKind.USER)


MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def sign_in(user: User, client: Any = None, *, backend: str = MODEL_BACKEND) -> Any:
    """A browser with the person's session; or another kind of client, which is given."""
    client = Client() if client is None else client
    client.force_login(user, backend=backend)
    return client


class SignedIn:
    """The clients of a cast by name, each signed in when it is first asked for; `operator` is a superuser."""

    def __init__(self, cast: SimpleNamespace, make: type[Client]) -> None:
        self._cast, self._make = cast, make

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name == "operator":
            user = make_user("operator@example.com", is_staff=True, is_superuser=True)
        else:
            user = getattr(self._cast, name)
        setattr(self, name, sign_in(user, self._make()))
        return getattr(self, name)


def make_cast() -> SimpleNamespace:
    """Alice owns a workspace, Bob edits in it, Victor views it, Charlie is a stranger with a workspace of his own.

    `browsers.alice` is her browser and `clients.alice` her client of the API, both with her session.
    """
    alice, bob, victor, charlie = (
        make_user(f"{name}@example.com", name=name.title()) for name in ("alice", "bob", "victor", "charlie")
    )
    workspace = make_workspace(alice)
    elsewhere = make_workspace(charlie, "Elsewhere")
    for user, role in ((bob, Role.EDITOR), (victor, Role.VIEWER)):
        Membership.objects.create(workspace=workspace, user=user, role=role)
        user.current_workspace = workspace
        user.save(update_fields=["current_workspace"])
    cast = SimpleNamespace(
        alice=alice,
        bob=bob,
        victor=victor,
        charlie=charlie,
        workspace=workspace,
        elsewhere=elsewhere,
        alice_actor=make_actor(alice, workspace),
        bob_actor=make_actor(bob, workspace, Role.EDITOR),
        victor_actor=make_actor(victor, workspace, Role.VIEWER),
        charlie_actor=make_actor(charlie, elsewhere),
    )
    cast.browsers, cast.clients = SignedIn(cast, Client), SignedIn(cast, APIClient)
    return cast


# media, videos, patterns


@lru_cache
def tiny_mp4(*, seconds: float = 2.0, width: int = 320, height: int = 180, audio: bool = True) -> Path:
    """A small real H.264 file with one hard cut in its middle, made once per run of the tests."""
    folder = Path(tempfile.gettempdir()) / f"elevo-tests-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    target = folder / f"tiny-{seconds:g}-{width}x{height}-{audio}.mp4"
    half, size = f"{seconds / 2:g}", f"{width}x{height}"
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    argv += ["-f", "lavfi", "-i", f"color=c=0x204060:s={size}:r=25:d={half},noise=alls=20:allf=t"]
    argv += ["-f", "lavfi", "-i", f"testsrc=s={size}:r=25:d={half}"]
    graph = "[0:v][1:v]concat=n=2:v=1:a=0,format=yuv420p[v]"
    sound = []
    if audio:
        argv += ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={seconds:g}"]
        sound = ["-map", "2:a", "-c:a", "aac", "-b:a", "64k"]
    argv += ["-filter_complex", graph, "-map", "[v]", *sound, "-c:v", "libx264", "-preset", "ultrafast"]
    subprocess.run([*argv, "-movflags", "+faststart", str(target)], check=True, stdin=subprocess.DEVNULL)
    return target


def make_media(workspace: Workspace, kind: str = MediaFile.Kind.VIDEO, data: bytes | None = None, **fields: Any) -> Any:
    """A stored file: the tiny video, or the given bytes."""
    is_video = data is None
    data = tiny_mp4().read_bytes() if data is None else data
    media = MediaFile(workspace=workspace, kind=kind, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    media.content_type = "video/mp4" if is_video else "application/octet-stream"
    media.original_name = "clip.mp4" if is_video else "file.bin"
    if is_video:
        media.width, media.height, media.duration_s, media.fps, media.has_audio = 320, 180, 2.0, 25.0, True
    for name, value in fields.items():
        setattr(media, name, value)
    extension = "mp4" if is_video else "bin"
    key = media.storage_key or f"w/{workspace.pk}/{kind}/2026/05/{media.pk}/{uuid7().hex}.{extension}"
    media.storage_key = default_storage.save(key, ContentFile(data))
    media.save()
    return media


def make_video(workspace: Workspace, title: str = "Clip", **fields: Any) -> Video:
    """A processed video of the library with its file (`media=` takes another)."""
    media = fields.pop("media", None) or make_media(workspace)
    tags = fields.pop("tags", ())
    fields.setdefault("status", Video.Status.PROCESSED)
    fields.setdefault("search", f"{title} {media.original_name}".casefold())
    video = Video.objects.create(workspace=workspace, title=title, media=media, **fields)
    for name in tags:
        tag, _ = Tag.objects.get_or_create(workspace=workspace, name=name)
        VideoTag.objects.create(workspace=workspace, video=video, tag=tag)
    return video


def make_folder(workspace: Workspace, name: str = "Launch", **fields: Any) -> Folder:
    """A folder of the library."""
    return Folder.objects.create(workspace=workspace, name=name, **fields)


def make_analysis(video: Video, patterns: dict[str, tuple[float, str, str]] | None = None, **fields: Any) -> Analysis:
    """A finished analysis; `patterns` maps a type to (value, unit, bucket)."""
    fields = {"state": Analysis.State.DONE, "engine_version": "test", "measured_at": clock.now(), **fields}
    analysis = Analysis.objects.create(workspace_id=video.workspace_id, video=video, **fields)
    chosen = patterns or {"cut_frequency": (30.0, "per_min", "fast"), "hook_timing": (1.0, "s", "early")}
    for kind, (value, unit, bucket) in chosen.items():
        Pattern.objects.create(
            workspace_id=video.workspace_id,
            video=video,
            analysis=analysis,
            type=kind,
            value=value,
            unit=unit,
            bucket=bucket,
            evidence={"times_s": [value]},
        )
    return analysis
