"""Announce → PUT → confirm: a whole file with one signed request, to this server or straight to the object store.

What was announced (name, type, size, and the checksum when given) is part of the signature, so the address takes that
file and no other. Until it is confirmed the bytes are nothing; confirming judges them by content, like every other way
in, and may be repeated. What is not confirmed within an hour is removed.
"""

import base64
import hmac
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.encoding import force_bytes

from accounts import policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict, DomainError, NotFound, TooLarge, ValidationFailed
from core.ids import uuid7
from media import file_type, form_uploads, quota, services, upload_checks
from media.errors import MediaError
from media.formatting import size_words
from media.models import DirectUpload, MediaFile
from media.resumable_uploads import ChunkBrokenError, Readable
from media.signed_urls import plain_name
from media.storage import new_key, sha256_of, store
from media.upload_checks import Judged

PRESIGNED_LIFETIME = timedelta(hours=1)
UNKNOWN = "This upload does not exist or has expired. Announce it again."
_CLAIM = timedelta(minutes=10)
_READ = 256 * 1024
_TYPES = ("video/", "image/")
State = DirectUpload.State


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where and how to send the bytes: `PUT url` with exactly these headers."""

    upload: DirectUpload
    url: str
    headers: dict[str, str]


def announce(
    *, actor: Actor, user_id: UUID, filename: str, content_type: str, size_bytes: int, checksum: str = ""
) -> Ticket:
    """Open an upload of one file. `checksum` is the SHA-256 in hex of what will be sent, if known."""
    policy.require(actor, Action.WRITE)
    name = filename.strip()[-255:] or "file"
    upload_checks.check_size(name, size_bytes)
    if content_type.startswith("image/"):
        upload_checks.check_image_size(name, size_bytes)
    elif not content_type.startswith(_TYPES):
        sentence = f"“{name}” is announced as {content_type}. Only pictures and videos can be uploaded here."
        raise ValidationFailed(MediaError.METADATA, sentence, fields={"content_type": [sentence]})
    quota.require(actor.workspace_id, size_bytes)
    key = uuid7()
    upload = DirectUpload.objects.create(
        id=key,
        workspace_id=actor.workspace_id,
        user_id=user_id,
        filename=name,
        content_type=content_type,
        size_bytes=size_bytes,
        sha256=checksum.lower(),
        storage_key=new_key(actor.workspace_id, "upload", key, ""),
        expires_at=clock.now() + PRESIGNED_LIFETIME,
    )
    headers = {"Content-Type": content_type}
    given = store().presigned_put(upload.storage_key, content_type, size_bytes, upload.sha256, PRESIGNED_LIFETIME)
    if given is not None:
        return Ticket(upload, given.url, {**headers, **given.headers})
    return Ticket(upload, f"{settings.PUBLIC_BASE_URL}{put_path(upload)}", headers)


def put_path(upload: DirectUpload) -> str:
    """The path on this server that takes the announced file."""
    name = plain_name(upload.filename, upload.content_type)
    return reverse("media_put", kwargs={"upload_id": upload.pk, "token": _token(upload), "name": name})


def _token(upload: DirectUpload) -> str:
    """Signs what was announced, so that nothing of it can be exchanged."""
    key = hmac.new(force_bytes(settings.SECRET_KEY), b"media.direct.v1", sha256).digest()
    expires = int(upload.expires_at.timestamp())
    said = "\n".join(
        [upload.pk.hex, upload.filename, upload.content_type, str(upload.size_bytes), upload.sha256, str(expires)]
    )
    return base64.urlsafe_b64encode(hmac.new(key, said.encode(), sha256).digest()[:24]).decode()


def find_signed(*, upload_id: UUID, token: str, name: str) -> DirectUpload | None:
    """The upload that a signed path opens. System scope; None when the path was changed or its time is over."""
    upload = DirectUpload.objects.filter(pk=upload_id, expires_at__gt=clock.now()).first()
    if upload is None or not constant_time_compare(token, _token(upload)):
        return None
    return upload if name == plain_name(upload.filename, upload.content_type) else None


def receive(*, upload: DirectUpload, stream: Readable, content_type: str, length: int | None) -> None:
    """Take the bytes of a signed PUT. Until the file is confirmed it may be sent again, whole."""
    if upload.state in (State.CONFIRMING, State.CONFIRMED):
        raise Conflict(MediaError.LOCKED, "This file is here already. Announce another upload to send another file.")
    if content_type != upload.content_type:
        sentence = f"This address takes {upload.content_type}; the request says {content_type or 'nothing'}."
        raise ValidationFailed(MediaError.DIFFERENT, sentence)
    if length != upload.size_bytes:
        sentence = f"This address takes exactly {upload.size_bytes} bytes; the request has {length or 0}."
        raise ValidationFailed(MediaError.DIFFERENT, sentence)
    former, key = upload.storage_key, new_key(upload.workspace_id, "upload", upload.pk, "")
    parts = store()
    try:
        written = parts.write(key, _exactly(stream, upload.size_bytes))
        if upload.sha256 and written.sha256 != upload.sha256:
            raise ValidationFailed(MediaError.CHECKSUM, "The bytes are not those of the announced checksum.")
        rows = DirectUpload.objects.filter(pk=upload.pk, storage_key=former, state__in=(State.WAITING, State.RECEIVED))
        came = {"storage_key": key, "received_sha256": written.sha256, "state": State.RECEIVED}
        if not rows.update(**came, updated_at=clock.now()):
            raise Conflict(MediaError.LOCKED, "This file arrived twice at once.")
    except BaseException:
        parts.delete(key)
        raise
    parts.delete(former)


def _exactly(stream: Readable, size: int) -> Iterator[bytes]:
    left = size
    while left and (piece := stream.read(min(_READ, left))):
        left -= len(piece)
        yield piece
    if left:
        raise ChunkBrokenError(f"{size - left} of {size} bytes")


def confirm(*, actor: Actor, upload_id: UUID, checksum: str = "") -> tuple[MediaFile, bool]:
    """Make the sent bytes a file of the library: judged, cleaned, recorded. Asked again it answers the same file, and
    False. On a refusal of the content nothing is left, the announcement included."""
    policy.require(actor, Action.WRITE)
    rows = DirectUpload.objects.for_workspace(actor.workspace_id).filter(user=actor.user_id)
    upload = rows.select_related("file").filter(pk=upload_id).first()
    if upload is None or (upload.expires_at <= clock.now() and upload.state != State.CONFIRMED):
        raise NotFound("upload_unknown", "This upload does not exist or has expired. Start it again.")
    if upload.state == State.CONFIRMED:
        if upload.file is None:
            raise NotFound(MediaError.GONE, "This file was deleted meanwhile.")
        return upload.file, False
    _check_size(upload)
    _claim(upload)
    try:
        return _judge(actor, upload, checksum.lower()), True
    except DomainError as error:
        if error.status >= 500 or error.status == 409:
            _release(upload)
        else:
            remove(upload)
        raise
    except BaseException:
        _release(upload)
        raise


def _check_size(upload: DirectUpload) -> None:
    for key in filter(None, (upload.final_key, upload.storage_key)):
        with suppress(FileNotFoundError):
            size = store().size(key)
            if size == upload.size_bytes:
                return
            remove(upload)
            sentence = f"{size_words(upload.size_bytes)} were announced, {size_words(size)} arrived. Start again."
            raise TooLarge(MediaError.DIFFERENT, sentence)
    sentence = "The bytes are not here yet: send them with PUT to the address that was given, then confirm."
    raise Conflict(MediaError.NOT_THERE, sentence)


def _claim(upload: DirectUpload) -> None:
    now = clock.now()
    free = Q(state__in=(State.WAITING, State.RECEIVED)) | Q(state=State.CONFIRMING, claimed_at__lt=now - _CLAIM)
    final = upload.final_key or new_key(upload.workspace_id, MediaFile.Kind.VIDEO, upload.pk, "")
    rows = DirectUpload.objects.filter(free, pk=upload.pk)
    if not rows.update(state=State.CONFIRMING, claimed_at=now, final_key=final, updated_at=now):
        raise Conflict(MediaError.LOCKED, "This upload is being confirmed right now. Ask again in a moment.")
    upload.refresh_from_db()


def _release(upload: DirectUpload) -> None:
    rows = DirectUpload.objects.filter(pk=upload.pk, state=State.CONFIRMING, claimed_at=upload.claimed_at)
    rows.update(state=State.RECEIVED, claimed_at=None)


def _judge(actor: Actor, upload: DirectUpload, checksum: str) -> MediaFile:
    parts = store()
    # Out of reach of the signed address first: what is judged must be what is kept.
    with suppress(FileNotFoundError):
        parts.move(upload.storage_key, upload.final_key)
    with parts.local(upload.final_key) as path:
        with path.open("rb") as handle:
            is_video = file_type.container_of(handle.read(file_type.HEAD_BYTES)) is not None
        wanted = {value for value in (upload.sha256, checksum) if value}
        # Bytes that went straight to the object store were not hashed on their way.
        found = upload.received_sha256 or (sha256_of(path) if wanted or is_video else "")
        if wanted and wanted != {found}:
            raise ValidationFailed(MediaError.CHECKSUM, "The bytes are not those of the checksum. Send the file again.")
        if is_video:
            stored = _stored(upload, upload_checks.judge_file(upload.filename, path), found)
        else:
            stored = services.put_image(workspace_id=upload.workspace_id, path=path, name=upload.filename)
    try:
        with transaction.atomic():
            file = form_uploads.keep(actor=actor, stored=stored)
            rows = DirectUpload.objects.filter(pk=upload.pk, state=State.CONFIRMING, claimed_at=upload.claimed_at)
            if not rows.update(state=State.CONFIRMED, file=file, updated_at=clock.now()):
                raise Conflict(MediaError.LOCKED, "Someone else is confirming this upload. Ask again in a moment.")
    except BaseException:
        if stored.storage_key != upload.final_key:
            services.discard(stored)
        raise
    if stored.storage_key != upload.final_key:
        parts.delete(upload.final_key)
    return file


def _stored(upload: DirectUpload, judged: Judged, checksum: str) -> services.Stored:
    return services.Stored(
        file_id=upload.pk,
        workspace_id=upload.workspace_id,
        kind=MediaFile.Kind.VIDEO,
        storage_key=upload.final_key,
        size_bytes=upload.size_bytes,
        sha256=checksum,
        content_type=judged.container.content_type,
        original_name=upload.filename,
        facts=judged.facts,
    )


def remove(upload: DirectUpload) -> None:
    """Forget an announcement with all it stored."""
    keys = [upload.storage_key, upload.final_key]
    upload.delete()
    for key in filter(None, keys):
        store().delete(key)


def sweep(limit: int = 200) -> int:
    """Remove announcements whose time is over. System scope. The files of confirmed ones stay. Returns how many."""
    now: datetime = clock.now()
    over = DirectUpload.objects.filter(expires_at__lte=now).exclude(state=State.CONFIRMING, claimed_at__gt=now - _CLAIM)
    count = 0
    for upload in over.order_by("expires_at")[:limit]:
        if upload.state != State.CONFIRMED:
            remove(upload)
        elif upload.expires_at <= now - timedelta(days=1):
            # Kept for a day, so that a confirmation asked again still finds its file.
            upload.delete()
        else:
            continue
        count += 1
    return count
