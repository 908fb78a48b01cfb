"""Calls to Blotato: the key in its own header, errors judged."""

from collections.abc import Mapping
from typing import Any

from publishing.platforms.base import Session
from publishing.platforms.blotato import errors


def ask(
    session: Session, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Any = None
) -> dict[str, Any]:
    """The body of a good answer; raises the refusal of any other."""
    answer = session.http.call(
        method,
        session.http.url("api", f"/v2{path}"),
        params=params,
        body=body,
        headers={"blotato-api-key": session.token},
    )
    if answer.status not in (200, 201):
        raise errors.classify(answer, session.now)
    return answer.json()


def items(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a listing; one documented sample nests them once more."""
    rows: list[Any] = []
    for item in body.get("items") or []:
        rows.extend(item if isinstance(item, list) else [item])
    return [row for row in rows if isinstance(row, dict)]
