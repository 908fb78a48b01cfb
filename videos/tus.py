"""The tus 1.0 protocol (https://tus.io/protocols/resumable-upload): core, creation, termination, checksum, expiration.

Only the protocol is here: headers in, headers out. What happens to bytes is `media.uploads`, what an upload becomes is
`videos.services.intake`. Bodies are read from the stream piece by piece, never through `request.body`.
"""

import base64
import binascii
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import UnreadablePostError
from django.urls import reverse
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ActorView, endpoint
from core.errors import DomainError, UnsupportedMedia, ValidationFailed
from core.serializers import has_control_character
from media import resumable_uploads
from media.errors import MediaError
from media.models import UploadSession
from media.resumable_uploads import ALGORITHMS, Checksum
from videos.services import intake

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,checksum,expiration"
_LONGEST_METADATA = 4096
_TUS = OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, description="1.0.0", required=True)


class WrongVersionError(DomainError):
    """The client speaks another version (tus: 412)."""

    error = "validation_error"
    status = 412


class WrongChecksumError(DomainError):
    """The chunk is not what its checksum says (tus: 460)."""

    error = "validation_error"
    status = 460


def metadata_of(header: str) -> dict[str, str]:
    """`Upload-Metadata`: comma-separated pairs of a key and base64."""
    if len(header) > _LONGEST_METADATA:
        raise ValidationFailed(MediaError.METADATA, "Upload-Metadata is too long.")
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise ValidationFailed(
                MediaError.METADATA, f"The value of {key!r} in Upload-Metadata is not base64 of UTF-8 text."
            ) from None
        if has_control_character(key) or has_control_character(found[key]):
            raise ValidationFailed(MediaError.METADATA, "Upload-Metadata holds a control character. Remove it.")
    return found


def checksum_of(header: str | None) -> Checksum | None:
    """`Upload-Checksum: <algorithm> <base64>`."""
    if not header:
        return None
    algorithm, _, value = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise ValidationFailed(MediaError.METADATA, f"Checksums may be {', '.join(ALGORITHMS)}.")
    try:
        return Checksum(algorithm, base64.b64decode(value, validate=True))
    except binascii.Error:
        raise ValidationFailed(MediaError.METADATA, "The value of Upload-Checksum is not base64.") from None


def _number(request: Request, name: str) -> int:
    value = request.headers.get(name, "")
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise ValidationFailed(MediaError.METADATA, f"{name} must be a whole number of bytes.")
    return int(value)


class TusView(ActorView):
    """What both endpoints share: the version, the headers of every answer."""

    renderer_classes = (JSONRenderer,)
    parser_classes = ()
    more_refusals = (WrongVersionError.status, WrongChecksumError.status)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        asked = request.method != "OPTIONS" and request.method in self.allowed_methods
        if asked and request.headers.get("Tus-Resumable") != VERSION:
            raise WrongVersionError("tus_version", f"This server speaks tus {VERSION}; say so in Tus-Resumable.")

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = VERSION
        if answer.status_code == WrongVersionError.status:
            answer["Tus-Version"] = VERSION
        return answer

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What this server can do."""
        return Response(
            status=204,
            headers={
                "Tus-Version": VERSION,
                "Tus-Extension": EXTENSIONS,
                "Tus-Max-Size": str(settings.MAX_UPLOAD_BYTES),
                "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            },
        )


def _state(upload: UploadSession) -> dict[str, str]:
    headers = {"Upload-Offset": str(upload.offset), "Upload-Expires": http_date(upload.expires_at.timestamp())}
    if upload.state == UploadSession.State.FINISHED:
        headers["Upload-Media"] = str(upload.pk)
        if upload.subject_type == "video":
            headers["Upload-Video"] = upload.subject_id
    return headers


class UploadsView(TusView):
    """`/uploads`: start one."""

    @endpoint(
        operation_id="uploads_create",
        responses={201: None},
        parameters=[
            _TUS,
            OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True, description="Bytes."),
            OpenApiParameter(
                "Upload-Metadata",
                str,
                OpenApiParameter.HEADER,
                description="filename, title, folder (an id), purpose (`media`: for posts, pictures too).",
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Start a resumable upload (tus 1.0). Send it in chunks of 8 MiB to the address in Location."""
        if "Upload-Defer-Length" in request.headers:
            raise ValidationFailed(MediaError.LENGTH, "Say the length at once: Upload-Defer-Length is not supported.")
        length = _number(request, "Upload-Length")
        metadata = metadata_of(request.headers.get("Upload-Metadata", ""))
        kept = {name: metadata[name] for name in ("title", "folder", "purpose") if metadata.get(name)}
        if "folder" in kept:
            kept["folder"] = str(_folder(kept["folder"]))
        user_id = self.actor.user_id
        assert user_id is not None
        upload = resumable_uploads.create(
            actor=self.actor,
            user_id=user_id,
            filename=metadata.get("filename") or metadata.get("name") or "video",
            length=length,
            metadata=kept,
        )
        location = reverse("api-upload", kwargs={"pk": upload.pk})
        return Response(status=201, headers={"Location": location, **_state(upload)})


def _folder(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise ValidationFailed(MediaError.METADATA, "The folder in Upload-Metadata must be a folder's id.") from None


class UploadView(TusView):
    """`/uploads/{id}`: ask where it stands, send the next chunk, give it up."""

    @endpoint(operation_id="uploads_head", parameters=[_TUS], responses={200: None})
    def head(self, request: Request, pk: UUID) -> Response:
        """Where the upload stands, in Upload-Offset."""
        upload = resumable_uploads.find(actor=self.actor, upload_id=pk)
        headers = {**_state(upload), "Upload-Length": str(upload.length), "Cache-Control": "no-store"}
        return Response(status=200, headers=headers)

    @endpoint(
        operation_id="uploads_append",
        request={"application/offset+octet-stream": OpenApiTypes.BINARY},
        responses={204: None},
        parameters=[
            _TUS,
            OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter("Upload-Checksum", str, OpenApiParameter.HEADER, description="sha1, sha256 or md5."),
        ],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Send the next chunk, at most 8 MiB. A chunk that breaks off leaves nothing; ask for the offset and go on. The
        last one makes the upload a video, once, whose id is in Upload-Video; content that is no video ends in 415."""
        if request.content_type != "application/offset+octet-stream":
            raise UnsupportedMedia(MediaError.METADATA, "A chunk has the type application/offset+octet-stream.")
        offset = _number(request, "Upload-Offset")
        checksum = checksum_of(request.headers.get("Upload-Checksum"))
        declared = _number(request, "Content-Length") if request.headers.get("Content-Length") else None
        upload = resumable_uploads.find(actor=self.actor, upload_id=pk)
        resumable_uploads.check_offset(upload, offset, declared)
        try:
            chunk = resumable_uploads.receive(request._request, declared, checksum)
        except resumable_uploads.ChecksumMismatchError:
            raise WrongChecksumError("checksum", "The chunk arrived damaged. Send it again.") from None
        except (resumable_uploads.ChunkBrokenError, UnreadablePostError):
            raise ValidationFailed(
                MediaError.CHUNK_BROKEN, "The chunk broke off on its way; nothing of it was kept. Send it again."
            ) from None
        actor = self.actor
        upload = resumable_uploads.append(
            actor=actor,
            upload=upload,
            chunk=chunk,
            on_complete=lambda session, stored: intake.create_from_session(actor, session, stored),
        )
        return Response(status=204, headers=_state(upload))

    @endpoint(operation_id="uploads_delete", parameters=[_TUS], responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Give the upload up and free what it stored."""
        resumable_uploads.terminate(actor=self.actor, upload_id=pk)
        return Response(status=204)
