"""Calls to the Graph API: the version in the path, the token in a header (never in an address), usage noticed."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from publishing.platforms.base import MediaSpec, Session
from publishing.platforms.http import Answer
from publishing.platforms.meta import errors, usage

UPLOAD_TIMEOUT_S = 300.0


def call(
    session: Session,
    label: str,
    method: str,
    path: str,
    *,
    token: str = "",
    params: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One call to `/<version><path>` and its answer's object. Raises `PlatformError` for a refusal."""
    url = session.http.url("api", f"/{session.http.option('version')}{path}")
    return fetch(session, label, method, url, token=token, params=params, body=body, **more)


def fetch(session: Session, label: str, method: str, url: str, *, token: str = "", **how: Any) -> dict[str, Any]:
    """The same for a whole address on a host of the platform (the next page of a list)."""
    answer = session.http.call(method, url, bearer=token or session.token, **how)
    note(session, answer)
    found = answer.json()
    if answer.status != 200 or "error" in found:
        raise errors.classify(answer, session.now, label)
    return found


def note(session: Session, answer: Answer) -> None:
    """Let the account's next calls wait when the platform says that an allowance is nearly used up."""
    rest = usage.rest(answer)
    if rest is not None:
        session.http.rest_until = session.now + rest


def every(session: Session, label: str, path: str, *, token: str = "", params: Mapping[str, str]) -> Iterator[Any]:
    """All rows of a list, page by page."""
    found = call(session, label, "GET", path, token=token, params=params)
    while True:
        yield from found.get("data") or []
        onward = (found.get("paging") or {}).get("next")
        if not onward:
            return
        found = fetch(session, label, "GET", session.http.issued(str(onward)), token=token)


def push(session: Session, label: str, url: str, media: MediaSpec, offset: int = 0) -> None:
    """Send a file's bytes from `offset` on to a server-issued address of the upload host."""
    answer = session.http.call(
        "POST",
        session.http.issued(url),
        content=session.read(media, offset, media.size_bytes - offset),
        headers={
            "Authorization": f"OAuth {session.token}",
            "offset": str(offset),
            "file_size": str(media.size_bytes),
            "Content-Type": "application/octet-stream",
            "Content-Length": str(media.size_bytes - offset),
        },
        timeout_s=UPLOAD_TIMEOUT_S,
    )
    if answer.status != 200 or not answer.json().get("success"):
        raise errors.transfer(answer, session.now, label)


def form_with_file(
    values: Mapping[str, str], name: str, filename: str, content_type: str, length: int, pieces: Iterable[bytes]
) -> dict[str, Any]:
    """A multipart form with one file that is streamed; `content` and `headers` of a call."""
    boundary = secrets.token_hex(16)
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in values.items()
    )
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    )
    first, last = head.encode(), f"\r\n--{boundary}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield first
        yield from pieces
        yield last

    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(first) + length + len(last)),
    }
    return {"content": body(), "headers": headers, "timeout_s": UPLOAD_TIMEOUT_S}
