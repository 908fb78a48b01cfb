"""Every change to files. Bytes are stored first, without a transaction; the row makes them count."""

import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError

from accounts import audit, policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import Conflict
from core.ids import uuid7
from media import upload_checks
from media.errors import MediaError
from media.models import MediaFile
from media.storage import new_key, store
from media.upload_checks import Judged

_NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes in the store that no row names yet. `record` makes them a MediaFile; `discard` removes them."""

    file_id: UUID
    workspace_id: UUID
    kind: str
    storage_key: str
    size_bytes: int
    sha256: str
    content_type: str
    original_name: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    thumbnail: "Stored | None" = None


def put(
    *,
    workspace_id: UUID,
    kind: str,
    source: Path | BinaryIO | Iterable[bytes],
    content_type: str,
    extension: str,
    original_name: str = "",
    facts: dict[str, Any] | None = None,
    token: str = "",
) -> Stored:
    """Store bytes without making them count. A job passes `ctx.token`, and records the result in `Done(commit=…)`.

    `facts` may hold width, height, duration_s, fps and has_audio beside whatever else a probe said.
    """
    file_id = uuid7()
    key = new_key(workspace_id, kind, file_id, extension, token=token)
    if isinstance(source, Path):
        with source.open("rb") as handle:
            written = store().write(key, handle)
    else:
        written = store().write(key, source)
    name = original_name[-_NAME_LENGTH:]
    return Stored(
        file_id, workspace_id, kind, key, written.size_bytes, written.sha256, content_type, name, dict(facts or {})
    )


def record(*, actor: Actor, stored: Stored) -> MediaFile:
    """The row of stored bytes. Belongs into the caller's transaction; asks no permission, the caller did."""
    facts = stored.facts
    thumbnail = record(actor=actor, stored=stored.thumbnail) if stored.thumbnail else None
    return MediaFile.objects.create(
        id=stored.file_id,
        workspace_id=stored.workspace_id,
        kind=stored.kind,
        storage_key=stored.storage_key,
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        original_name=stored.original_name,
        probe=facts,
        width=facts.get("width"),
        height=facts.get("height"),
        duration_s=facts.get("duration_s"),
        fps=facts.get("fps"),
        has_audio=facts.get("has_audio"),
        created_by_id=actor.user_id,
        thumbnail=thumbnail,
    )


def discard(stored: Stored) -> None:
    """Remove stored bytes that will never count."""
    store().delete(stored.storage_key)
    if stored.thumbnail is not None:
        discard(stored.thumbnail)


def put_image(*, workspace_id: UUID, path: Path, name: str) -> Stored:
    """Judge a picture, clean it, and store it with its thumbnail; the caller records it. The bytes stored are not those
    that came: place, camera and comments are left out."""
    with tempfile.TemporaryDirectory(dir=settings.WORK_DIR, prefix="picture-") as folder:
        judged = upload_checks.prepare_image(name, path, Path(folder))
        width, height = judged.thumb
        thumbnail = put(
            workspace_id=workspace_id,
            kind=MediaFile.Kind.THUMBNAIL,
            source=Path(folder) / "thumb.jpg",
            content_type="image/jpeg",
            extension="jpg",
            facts={"width": width, "height": height},
        )
        try:
            stored = put(
                workspace_id=workspace_id,
                kind=MediaFile.Kind.IMAGE,
                source=Path(folder) / "clean",
                content_type=judged.content_type,
                extension=judged.extension,
                original_name=name,
                facts={"width": judged.width, "height": judged.height, "animated": judged.animated},
            )
        except BaseException:
            discard(thumbnail)
            raise
    return replace(stored, thumbnail=thumbnail)


def store_judged_video(*, actor: Actor, path: Path, judged: Judged, original_name: str) -> Stored:
    """Store the bytes of an upload that was judged; the caller records them together with what they become."""
    return put(
        workspace_id=actor.workspace_id,
        kind=MediaFile.Kind.VIDEO,
        source=path,
        content_type=judged.container.content_type,
        extension=judged.container.extension,
        original_name=original_name,
        facts=judged.facts,
    )


def delete_file(*, actor: Actor, file: MediaFile) -> None:
    """Delete a file that nothing uses: the row now, the bytes once that is committed."""
    policy.require(actor, Action.WRITE)
    with transaction.atomic():
        audit.record(actor, "media.delete", ("media", file.pk), {"name": file.original_name, "kind": file.kind})
        try:
            forget(file)
        except ProtectedError:
            raise Conflict(
                MediaError.IN_USE, f"“{file}” is still used by a video, a post or a rendition. Delete that first."
            ) from None


def forget(file: MediaFile) -> None:
    """Delete a row inside the caller's transaction; its bytes go after the commit. Bytes that survive a crash between
    the two are found by the sweep for orphans. Raises `ProtectedError` while something uses the file."""
    key, thumbnail = file.storage_key, file.thumbnail
    with transaction.atomic():
        file.delete()
        if thumbnail is not None:
            forget(thumbnail)
    transaction.on_commit(lambda: delete_bytes(key), robust=True)


def delete_bytes(key: str) -> None:
    """Remove stored bytes; those that are gone already are fine."""
    with suppress(FileNotFoundError):
        store().delete(key)
