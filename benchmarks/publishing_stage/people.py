"""People with workspaces, accounts connected by consent, a video, and posts, all by the product's own services."""

import hashlib
import io
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from accounts.models import Membership, Preferences, Role, User, Workspace
from benchmarks.publishing_stage.platforms import Stage
from benchmarks.publishing_stage.sandbox import Box
from core.actor import Actor, ActorKind
from core.errors import DomainError
from core.ids import uuid7
from media.models import MediaFile
from publishing.models import Post, SocialAccount
from publishing.services import api_keys, connections, posts
from publishing.services.account_choice import Choice
from publishing.services.posts import TargetInput

PADDED_BYTES = 600 * 1024
_TRIES = 40


@dataclass(frozen=True)
class Sample:
    """An account at the imitated platform, and who consents for it; both by their ids there."""

    stage: Stage
    person: str
    account: str


@dataclass
class Person:
    """Somebody with a workspace of their own, a video and connected accounts."""

    user: User
    actor: Actor
    workspace: Workspace
    video: MediaFile
    picture: MediaFile
    accounts: list[SocialAccount] = field(default_factory=list)
    samples: dict[Any, Sample] = field(default_factory=dict)


def video_bytes() -> bytes:
    """Four seconds of upright video that every platform takes, with bytes behind it that players ignore."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=540x960:r=25:d=4"]
        subprocess.run([*argv, "-pix_fmt", "yuv420p", str(path)], check=True, stdin=subprocess.DEVNULL)
        data = path.read_bytes()
    padding = max(8, PADDED_BYTES - len(data))
    return data + padding.to_bytes(4, "big") + b"free" + bytes(padding - 8)


def make_person(number: int, data: bytes) -> Person:
    """A person with a workspace, a stored video and a stored picture."""
    user = User.objects.create_user(f"stage{number}@example.com", "correct horse battery")
    Preferences.objects.create(user=user)
    workspace = Workspace.objects.create(name=f"Stage {number}", created_by=user)
    Membership.objects.create(workspace=workspace, user=user, role=Role.ADMIN)
    user.current_workspace = workspace
    user.save(update_fields=["current_workspace"])
    actor = Actor(user_id=user.pk, workspace_id=workspace.pk, role=Role.ADMIN, kind=ActorKind.USER)
    video = MediaFile(
        workspace=workspace,
        kind=MediaFile.Kind.VIDEO,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content_type="video/mp4",
        original_name="clip.mp4",
        width=540,
        height=960,
        duration_s=4.0,
        fps=25.0,
        state=MediaFile.State.READY,
    )
    video.storage_key = default_storage.save(f"w/{workspace.pk}/video/{uuid7().hex}.mp4", ContentFile(data))
    video.save()
    return Person(user, actor, workspace, video, _picture(workspace, number))


def _picture(workspace: Workspace, shade: int) -> MediaFile:
    held = io.BytesIO()
    Image.new("RGB", (720, 720), (shade * 20 % 256, 90, 120)).save(held, "JPEG")
    data = held.getvalue()
    picture = MediaFile(
        workspace=workspace,
        kind=MediaFile.Kind.IMAGE,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content_type="image/jpeg",
        original_name="picture.jpg",
        width=720,
        height=720,
        state=MediaFile.State.READY,
    )
    picture.storage_key = default_storage.save(f"w/{workspace.pk}/image/{uuid7().hex}.jpg", ContentFile(data))
    picture.save()
    return picture


def add_sample(box: Box, stage: Stage, number: int) -> Sample:
    """One more account at the imitated platform, with whom it belongs to."""
    ids = []
    for fields in stage.accounts:
        given = _numbered(fields, number)
        ids.append(str(box.control("accounts", {"platform": stage.imitated, **given})["id"]))
    return Sample(stage, ids[0], ids[-1])


def _numbered(fields: Mapping[str, Any], number: int) -> dict[str, Any]:
    def fill(value: Any) -> Any:
        return _numbered(value, number) if isinstance(value, dict) else value.format(n=number)

    return {name: fill(value) for name, value in fields.items()}


def connect(box: Box, person: Person, sample: Sample) -> SocialAccount:
    """Walk to the consent page and back, as often as faults make it necessary."""
    stage = sample.stage
    for _ in range(_TRIES):
        try:
            found = _by_key(person, sample) if stage.by_key else _by_consent(box, person, sample)
        except DomainError:
            continue
        if not isinstance(found, connections.Connected):
            raise RuntimeError(f"{stage.name} offers a choice of accounts, where one was expected.")
        account = next(row for row in found.accounts if row.external_id == sample.account or len(found.accounts) == 1)
        if account.pk not in person.samples:
            person.accounts.append(account)
            person.samples[account.pk] = sample
        return account
    raise RuntimeError(f"{stage.name} could not be connected in {_TRIES} tries.")


def _by_consent(box: Box, person: Person, sample: Sample) -> connections.Connected | Choice:
    start = connections.start(actor=person.actor, platform=sample.stage.name, login=sample.stage.login)
    query = box.allow(start.auth_url, sample.person)
    return connections.finish(platform=sample.stage.name, query=query, signed_in=person.user)


def _by_key(person: Person, sample: Sample) -> connections.Connected:
    found = api_keys.connect(actor=person.actor, service=sample.stage.name, key=sample.stage.by_key)
    return connections.choose(actor=person.actor, choice_id=found.choice_id, external_ids=[sample.account])


def make_post(person: Person, text: str, accounts: Sequence[SocialAccount], kind: str = "video") -> Post:
    """A draft for some accounts: a video, a picture, or words alone."""
    targets = []
    for account in accounts:
        stage = person.samples[account.pk].stage
        targets.append(TargetInput(account.pk, title=text if stage.titled else "", options=dict(stage.options)))
    files = {"video": [person.video.pk], "picture": [person.picture.pk], "words": []}[kind]
    return posts.create_post(actor=person.actor, text=text, media_ids=files, targets=targets)
