"""The Pages that a person manages: their own list, and those that belong to a business."""

from collections.abc import Iterator, Mapping
from typing import Any

from publishing.platforms.base import Session
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.meta import graph

_FIELDS = "id,name,username,access_token,picture.type(large),instagram_business_account,tasks"
_SHOWN = {"fields": _FIELDS, "limit": "100"}
NO_ROLE = (
    "Your role on this Page does not allow posting. Ask its admin for content access (Page settings → Page access), "
    "then connect again."
)
NONE = (
    "This Facebook profile manages no Page, and Facebook lets apps post only to Pages, never to personal profiles. "
    "Create a Page at facebook.com/pages/create, or ask for a role on one, then connect again."
)


def of_person(session: Session) -> list[dict[str, Any]]:
    """Every Page once, with its own token. Refuses, with the way out, when there is none."""
    found: dict[str, dict[str, Any]] = {}
    person = session.grant_token or session.token
    for page in graph.every(session, "Facebook", "/me/accounts", token=person, params=_SHOWN):
        found.setdefault(str(page["id"]), page)
    for page in _of_businesses(session, person):
        found.setdefault(str(page["id"]), page)
    if not found:
        raise PlatformError(ErrorKind.ACCOUNT_TYPE, NONE, code="no_pages")
    return list(found.values())


def _of_businesses(session: Session, person: str) -> Iterator[dict[str, Any]]:
    """Pages that a business shares with the person. Without that permission there are none to see."""
    try:
        businesses = list(
            graph.every(session, "Facebook", "/me/businesses", token=person, params={"fields": "id", "limit": "100"})
        )
        for business in businesses:
            for edge in ("owned_pages", "client_pages"):
                path = f"/{business['id']}/{edge}"
                yield from graph.every(session, "Facebook", path, token=person, params=_SHOWN)
    except PlatformError as error:
        if error.token_problem or error.kind in (ErrorKind.TRANSIENT, ErrorKind.RATE_LIMITED):
            raise


def may_post(page: Mapping[str, Any]) -> bool:
    """Whether the person's role on the Page covers posting. A Page of a business may not say, and shows it later."""
    tasks = page.get("tasks")
    return tasks is None or "CREATE_CONTENT" in tasks or "MANAGE" in tasks


def picture(page: Mapping[str, Any]) -> str:
    """The address of a Page's or person's picture."""
    return str(((page.get("picture") or {}).get("data") or {}).get("url", ""))
