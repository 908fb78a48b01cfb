"""Resumable uploads: whole chunks only, at most 8 MiB each.

A chunk is received into a scratch file first; only when all of it is here and its checksum holds does it become a part
of the store, and only a conditional UPDATE of the offset makes that part count. So a connection that breaks inside a
chunk leaves nothing of it, and of two that send the same chunk one wins. The last chunk makes the upload a file: its
offset counts only together with the row of what the upload became, so that a repeated last chunk cannot make it twice.
"""

import hashlib
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts import policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict, DomainError, NotFound, TooLarge, ValidationFailed
from core.ids import uuid7
from media import file_type, quota, upload_checks
from media.errors import MediaError
from media.formatting import size_words
from media.models import MediaFile, UploadSession
from media.services import Stored, put_image
from media.storage import Written, new_key, store

CHUNK_BYTES = 8 * 1024 * 1024
UPLOAD_LIFETIME = timedelta(hours=24)
# Longer than joining and probing the largest upload takes; after this a finish that died may be taken over.
_CLAIM = timedelta(minutes=10)
_READ = 256 * 1024
ALGORITHMS = ("sha1", "sha256", "md5")

Became = tuple[str, UUID]
OnComplete = Callable[[UploadSession, Stored], Became]


class Readable(Protocol):
    """A request's body, or any other stream."""

    def read(self, size: int, /) -> bytes: ...


class ChecksumMismatchError(Exception):
    """The chunk's bytes do not have the checksum that the client sent (tus: 460)."""


class ChunkBrokenError(Exception):
    """The connection ended before the whole chunk was here."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the client says a chunk's digest is."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk that is here in full, in a scratch file."""

    path: Path
    size: int
    head: bytes


def create(
    *, actor: Actor, user_id: UUID, filename: str, length: int, metadata: dict[str, Any] | None = None
) -> UploadSession:
    """Open an upload. Refuses at once what is empty, too large, or does not fit into the workspace's quota."""
    policy.require(actor, Action.WRITE)
    name = filename.strip()[-255:] or "video"
    upload_checks.check_size(name, length)
    quota.require(actor.workspace_id, length)
    upload_id = uuid7()
    return UploadSession.objects.create(
        id=upload_id,
        workspace_id=actor.workspace_id,
        user_id=user_id,
        filename=name,
        length=length,
        metadata=metadata or {},
        storage_key=new_key(actor.workspace_id, MediaFile.Kind.VIDEO, upload_id, ""),
        expires_at=clock.now() + UPLOAD_LIFETIME,
    )


def find(*, actor: Actor, upload_id: UUID) -> UploadSession:
    """The actor's own upload; an expired one is gone."""
    upload = (
        UploadSession.objects.for_workspace(actor.workspace_id)
        .filter(pk=upload_id, user=actor.user_id, expires_at__gt=clock.now())
        .first()
    )
    if upload is None:
        raise NotFound("upload_unknown", "This upload does not exist or has expired. Start it again.")
    return upload


def check_offset(upload: UploadSession, offset: int, declared: int | None) -> None:
    """Refuse a chunk before reading it: wrong place, too long."""
    if upload.offset != offset:
        raise Conflict(
            MediaError.OFFSET,
            f"This upload is at byte {upload.offset}; the chunk is for byte {offset}. Continue from there.",
            {"offset": upload.offset},
        )
    if declared is not None and declared > CHUNK_BYTES:
        raise TooLarge(
            MediaError.CHUNK_TOO_LARGE,
            f"A chunk may have {size_words(CHUNK_BYTES)}; this one has {size_words(declared)}. Send smaller chunks.",
            {"max_chunk_bytes": CHUNK_BYTES},
        )
    if declared is not None and offset + declared > upload.length:
        raise TooLarge(MediaError.LENGTH, "This chunk goes past the length that the upload announced.")


def receive(stream: Readable, declared: int | None, checksum: Checksum | None) -> Chunk:
    """Read one chunk into a scratch file, with flat memory. Raises when it breaks off, is too long or is not what the
    checksum says; then nothing of it is left."""
    handle = tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix="chunk-", delete=False)  # noqa: SIM115
    path = Path(handle.name)
    try:
        with handle:
            digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
            size, head = 0, b""
            limit = declared if declared is not None else CHUNK_BYTES + 1
            while size < limit and (piece := stream.read(min(_READ, limit - size))):
                if not size:
                    head = piece[: file_type.HEAD_BYTES]
                handle.write(piece)
                size += len(piece)
                if digest:
                    digest.update(piece)
        if declared is not None and size < declared:
            raise ChunkBrokenError(f"{size} of {declared} bytes")
        if size > CHUNK_BYTES:
            raise TooLarge(MediaError.CHUNK_TOO_LARGE, f"A chunk may have {size_words(CHUNK_BYTES)}.")
        if digest and checksum and digest.digest() != checksum.digest:
            raise ChecksumMismatchError
        return Chunk(path, size, head)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def append(*, actor: Actor, upload: UploadSession, chunk: Chunk, on_complete: OnComplete) -> UploadSession:
    """Make a received chunk count. The last one makes the upload what `on_complete` says.

    `on_complete(upload, stored)` runs in the transaction that finishes the upload and returns (type, id) of what it
    became. Raises `Conflict` when somebody else was faster, and a domain error when the content is refused; then the
    whole upload is gone.
    """
    policy.require(actor, Action.WRITE)
    try:
        _check_room(upload, chunk)
        if not upload.offset:
            _judge_head(upload, chunk)
        parts = store()
        multipart_id = upload.multipart_id or parts.begin_parts(upload.storage_key)
        name = parts.put_part(upload.storage_key, multipart_id, len(_kept(upload)) + 1, chunk.path)
    finally:
        chunk.path.unlink(missing_ok=True)
    moved = _advance(upload, chunk.size, multipart_id, name)
    if not moved:
        parts.drop_part(upload.storage_key, multipart_id, name)
        if not upload.multipart_id:
            parts.abort_parts(upload.storage_key, multipart_id)
        raise Conflict(MediaError.LOCKED, "This chunk arrived twice at once. Continue from the upload's offset.")
    upload.refresh_from_db()
    if upload.state == UploadSession.State.FINISHING:
        _finish(upload, on_complete)
    return upload


def for_posts(upload: UploadSession) -> bool:
    """Whether it becomes a file of the media library, where pictures are welcome, and not a video to be measured."""
    return upload.metadata.get("purpose") == "media"


def _check_room(upload: UploadSession, chunk: Chunk) -> None:
    if upload.offset + chunk.size > upload.length:
        raise TooLarge(MediaError.LENGTH, "This chunk goes past the length that the upload announced.")
    is_last = upload.offset + chunk.size == upload.length
    least = store().least_part_bytes
    if chunk.size < least and not is_last:
        raise ValidationFailed(
            MediaError.CHUNK_TOO_SMALL,
            f"Every chunk but the last needs at least {size_words(least)}; send {size_words(CHUNK_BYTES)} each.",
            {"min_chunk_bytes": least, "max_chunk_bytes": CHUNK_BYTES},
        )


def _judge_head(upload: UploadSession, chunk: Chunk) -> None:
    """The first bytes decide at once whether the rest is worth sending."""
    try:
        if for_posts(upload) and upload_checks.is_image(chunk.head):
            upload_checks.check_image_size(upload.filename, upload.length)
            return
        container = upload_checks.container_of(upload.filename, chunk.head)
    except DomainError:
        upload.delete()
        raise
    upload.storage_key = new_key(
        upload.workspace_id, MediaFile.Kind.VIDEO, upload.pk, container.extension, at=upload.created_at
    )


def _advance(upload: UploadSession, size: int, multipart_id: str, name: str) -> bool:
    """Count the chunk, if the upload still stands where it stood. The last chunk claims the finish instead: the offset
    stays, so that a finish that breaks off can be repeated by sending the last chunk again."""
    now = clock.now()
    is_last = upload.offset + size == upload.length
    free = Q(state=UploadSession.State.OPEN)
    if is_last:
        free |= Q(state=UploadSession.State.FINISHING, claimed_at__lt=now - _CLAIM)
    rows = UploadSession.objects.filter(free, pk=upload.pk, offset=upload.offset, multipart_id=upload.multipart_id)
    fields: dict[str, Any] = {
        "multipart_id": multipart_id,
        "storage_key": upload.storage_key,
        "parts": [*_kept(upload), {"name": name, "size": size}],
        "updated_at": now,
        "expires_at": now + UPLOAD_LIFETIME,
    }
    if is_last:
        return bool(rows.update(**fields, state=UploadSession.State.FINISHING, claimed_at=now))
    return bool(rows.update(**fields, offset=upload.offset + size))


def _kept(upload: UploadSession) -> list[dict[str, Any]]:
    """The parts before the offset. A finish that died left its last part in the list; it is being sent again."""
    is_stale = upload.state == UploadSession.State.FINISHING
    parts: list[dict[str, Any]] = upload.parts[:-1] if is_stale else upload.parts
    return parts


def _finish(upload: UploadSession, on_complete: OnComplete) -> None:
    parts = store()
    names = [part["name"] for part in upload.parts]
    try:
        written = parts.join_parts(upload.storage_key, upload.multipart_id, names)
        head = b"".join(parts.read(upload.storage_key, 0, file_type.HEAD_BYTES))
        is_image = for_posts(upload) and upload_checks.is_image(head)
        stored = _image(upload) if is_image else _video(upload, head, written)
        with transaction.atomic():
            kind, subject_id = on_complete(upload, stored)
            done = UploadSession.objects.filter(
                pk=upload.pk, state=UploadSession.State.FINISHING, claimed_at=upload.claimed_at
            ).update(
                state=UploadSession.State.FINISHED,
                offset=upload.length,
                parts=[],
                claimed_at=None,
                subject_type=kind,
                subject_id=str(subject_id),
            )
            if not done:
                raise Conflict(MediaError.LOCKED, "Someone else is finishing this upload. Ask for its offset.")
    except Conflict:
        raise
    except DomainError as error:
        if error.status >= 500:
            _release(upload)
        else:
            _remove(upload)
        raise
    except BaseException:
        _release(upload)
        raise
    with suppress(OSError):
        parts.abort_parts(upload.storage_key, upload.multipart_id)
        if stored.storage_key != upload.storage_key:
            parts.delete(upload.storage_key)
    upload.refresh_from_db()


def _video(upload: UploadSession, head: bytes, written: Written) -> Stored:
    container = upload_checks.container_of(upload.filename, head)
    try:
        judged = upload_checks.probe(upload.filename, store().source(upload.storage_key), container)
    except DomainError:
        # A store that went away while the file was read is no fault of the file: this says so instead.
        store().size(upload.storage_key)
        raise
    return Stored(
        file_id=upload.pk,
        workspace_id=upload.workspace_id,
        kind=MediaFile.Kind.VIDEO,
        storage_key=upload.storage_key,
        size_bytes=written.size_bytes,
        sha256=written.sha256,
        content_type=container.content_type,
        original_name=upload.filename,
        facts=judged.facts,
    )


def _image(upload: UploadSession) -> Stored:
    """Stored again without place and camera; what arrived is removed afterwards."""
    with store().local(upload.storage_key) as path:
        stored = put_image(workspace_id=upload.workspace_id, path=path, name=upload.filename)
    return replace(stored, file_id=upload.pk)


def _release(upload: UploadSession) -> None:
    """Let the last chunk be sent again."""
    UploadSession.objects.filter(
        pk=upload.pk, state=UploadSession.State.FINISHING, claimed_at=upload.claimed_at
    ).update(state=UploadSession.State.OPEN, claimed_at=None, parts=upload.parts[:-1])


def _remove(upload: UploadSession) -> None:
    key, multipart_id = upload.storage_key, upload.multipart_id
    upload.delete()
    if multipart_id:
        store().abort_parts(key, multipart_id)
    store().delete(key)


def terminate(*, actor: Actor, upload_id: UUID) -> None:
    """Give an upload up. What it became, if it is finished, stays."""
    policy.require(actor, Action.WRITE)
    if not give_up(find(actor=actor, upload_id=upload_id)):
        raise Conflict(MediaError.LOCKED, "This upload is being finished right now.")


def give_up(upload: UploadSession) -> bool:
    """Remove an upload with all it stored; False while somebody is finishing it. What it became stays."""
    if upload.state == UploadSession.State.FINISHED:
        upload.delete()
        return True
    if upload.state == UploadSession.State.FINISHING:
        return False
    _remove(upload)
    return True


def sweep(limit: int = 200) -> int:
    """Remove uploads whose time is over, with all they stored. System scope. Returns how many."""
    over = UploadSession.objects.filter(expires_at__lte=clock.now()).order_by("expires_at")[:limit]
    count = 0
    for upload in over:
        if upload.state == UploadSession.State.FINISHED:
            upload.delete()
        else:
            _remove(upload)
        count += 1
    return count
