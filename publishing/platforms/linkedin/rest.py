"""Calls to LinkedIn's versioned API: its headers, its queries, its addresses."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from publishing.platforms.base import Session
from publishing.platforms.http import Answer
from publishing.platforms.linkedin import errors


def headers(session: Session) -> dict[str, str]:
    """What every call carries beside the token."""
    return {"LinkedIn-Version": session.http.option("version"), "X-Restli-Protocol-Version": "2.0.0"}


def enc(urn: str) -> str:
    """A URN in a path or a query value."""
    return quote(urn, safe="")


def call(session: Session, method: str, path: str, query: str = "", body: Any = None) -> Answer:
    """One call. `query` is written out: LinkedIn wants its brackets and commas as they are, and only URNs encoded."""
    address = session.http.url("api", f"{path}?{query}" if query else path)
    return session.http.call(method, address, bearer=session.token, body=body, headers=headers(session))


def read(session: Session, path: str, query: str = "") -> dict[str, Any]:
    """The body of a good answer; raises the refusal of any other."""
    answer = call(session, "GET", path, query)
    if answer.status != 200:
        raise errors.classify(answer, session.now)
    return answer.json()


def elements(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a listing."""
    return [row for row in body.get("elements") or [] if isinstance(row, dict)]
