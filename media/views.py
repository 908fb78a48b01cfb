"""Serves files to whoever holds a signed address: ranges, HEAD, no redirects, nothing read into memory."""

import re
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core import clock, scope
from core.errors import DomainError
from core.streaming import PiecesResponse
from media import presigned_uploads, signed_urls
from media.body_limit import announced, announced_file, takes
from media.models import MediaFile
from media.resumable_uploads import ChunkBrokenError
from media.storage import store

# Shown in the page; everything else is saved, so that no upload can run as a document of this site.
INLINE = {
    "video/mp4",
    "video/x-m4v",
    "video/quicktime",
    "video/webm",
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "audio/mpeg",
    "audio/mp4",
    "audio/wav",
}
_RANGE = re.compile(r"^bytes=([0-9]*)-([0-9]*)$")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` to `end`, both included."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start + 1


class UnsatisfiableError(Exception):
    """The range asked for lies outside of the file (416)."""


def parse_range(header: str, size: int) -> Span | None:
    """The single byte range asked for (RFC 9110, 14.2). None: answer the whole file (no range, several, not bytes)."""
    match = _RANGE.match(header.strip())
    if not match or match.group(1) == match.group(2) == "":
        return None
    first, last = (_position(digits) for digits in match.groups())
    if first is None:
        wanted = min(last or 0, size)
        if not wanted:
            raise UnsatisfiableError
        return Span(size - wanted, size - 1)
    if last is not None and last < first:
        return None
    if first >= size:
        raise UnsatisfiableError
    return Span(first, size - 1 if last is None else min(last, size - 1))


def _position(digits: str) -> int | None:
    """A place in a file; None when none is named. Python turns no number of more than 4,300 digits into an `int`, and
    any of more than 18 lies behind the end of every file."""
    kept = digits.lstrip("0") or digits[:1]
    return int(kept[:19]) if kept else None


@takes(announced_file)
@csrf_exempt
@require_http_methods(["PUT"])
def put(request: HttpRequest, upload_id: UUID, token: str, name: str) -> HttpResponse:
    """`PUT /m/in/<id>/<token>/<name>`: the bytes of an announced file. The signed path is the permission."""
    with scope.system("signed upload"):
        upload = presigned_uploads.find_signed(upload_id=upload_id, token=token, name=name)
        if upload is None:
            return _plain(404, presigned_uploads.UNKNOWN)
        length = announced(request.META.get("CONTENT_LENGTH"))
        try:
            presigned_uploads.receive(
                upload=upload, stream=request, content_type=request.content_type or "", length=length
            )
        except DomainError as error:
            return _plain(error.status, error.message)
        except (ChunkBrokenError, UnreadablePostError):
            return _plain(400, "The file broke off on its way; nothing of it was kept. Send it again.")
    return HttpResponse(status=200, headers={"Cache-Control": "no-store"})


@require_safe
def signed(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """`GET` or `HEAD /m/<token>/<name>`."""
    try:
        claim = signed_urls.read_token(token)
    except signed_urls.ExpiredError:
        return _plain(410, "This link has expired. Open the page it came from to get a new one.")
    except signed_urls.BadTokenError:
        return _plain(404, "There is no such file.")
    with scope.system("signed media"):
        file = MediaFile.objects.filter(pk=claim.file_id, state=MediaFile.State.READY).first()
    if file is None:
        return _plain(404, "This file was deleted.")
    etag = f'"{file.sha256[:32] or file.pk.hex}"'
    if request.headers.get("If-None-Match") == etag:
        return _dress(HttpResponse(status=304), file, etag, claim)
    try:
        span = _span(request, file, etag)
    except UnsatisfiableError:
        answer = _plain(416, "The file is shorter than the part that was asked for.")
        answer["Content-Range"] = f"bytes */{file.size_bytes}"
        return answer
    return _dress(_body(request, file, span), file, etag, claim)


def _span(request: HttpRequest, file: MediaFile, etag: str) -> Span | None:
    condition = request.headers.get("If-Range")
    if condition is not None and condition != etag:
        return None
    return parse_range(request.headers.get("Range", ""), file.size_bytes)


def _body(request: HttpRequest, file: MediaFile, span: Span | None) -> HttpResponseBase:
    wanted = span or Span(0, file.size_bytes - 1)
    status = 206 if span else 200
    answer: HttpResponseBase
    if request.method == "HEAD":
        answer = HttpResponse(status=status)
    else:
        try:
            pieces = store().read(file.storage_key, wanted.start, wanted.length)
        except FileNotFoundError:
            return _plain(404, "This file was deleted.")
        answer = PiecesResponse(pieces, status=status)
    answer["Content-Length"] = str(wanted.length)
    if span:
        answer["Content-Range"] = f"bytes {span.start}-{span.end}/{file.size_bytes}"
    return answer


def _dress(answer: HttpResponseBase, file: MediaFile, etag: str, claim: signed_urls.Claim) -> HttpResponseBase:
    if answer.status_code == 404:
        return answer
    left = max(0, int((claim.expires_at - clock.now()).total_seconds()))
    inline = file.content_type in INLINE and not claim.download
    name = quote(signed_urls.public_name(file))
    answer["Content-Type"] = file.content_type
    answer["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag
    answer["Cache-Control"] = f"private, max-age={left}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _plain(status: int, sentence: str) -> HttpResponse:
    answer = HttpResponse(sentence + "\n", status=status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer
