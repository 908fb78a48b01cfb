"""Bodies that come in pieces without an announced length, read by Django as any other."""

import asyncio
import json
from io import BytesIO
from typing import Any

import pytest

from core.asgi import Handler

JSON = b"application/json"
FORM = b"application/x-www-form-urlencoded"
PARTS = b"multipart/form-data; boundary=x"


def request_of(body: bytes, kind: bytes, *headers: tuple[bytes, bytes]) -> Any:
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b""}
    scope["headers"] = [(b"host", b"localhost"), (b"content-type", kind), *headers]
    request, refusal = Handler().create_request(scope, BytesIO(body))
    assert refusal is None
    return request


def test_a_form_without_a_length_is_read_whole() -> None:
    assert request_of(b"name=Ada&zone=UTC", FORM).POST.dict() == {"name": "Ada", "zone": "UTC"}
    parts = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n--x--\r\n'
    assert request_of(parts, PARTS).POST.dict() == {"name": "Ada"}


def test_an_announced_length_stays_as_it_is() -> None:
    assert request_of(b"name=Ada", FORM, (b"content-length", b"8")).META["CONTENT_LENGTH"] == "8"
    assert request_of(b"", FORM).META["CONTENT_LENGTH"] == "0"


@pytest.mark.django_db(transaction=True)
def test_json_in_pieces_is_not_taken_for_an_empty_body() -> None:
    pieces = [b'{"email": "nobody@example', b'.com", "password": "none of it"}']
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not pieces:
            await asyncio.Event().wait()  # a client that stays
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", JSON), (b"transfer-encoding", b"chunked")]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/auth/login", "query_string": b"", "headers": headers}
    asyncio.run(Handler()(scope, receive, send))
    answer = json.loads(b"".join(message.get("body", b"") for message in sent[1:]))
    assert (sent[0]["status"], answer["error"]) == (401, "authentication_error"), answer
