"""Which Pages a consent reaches, and who they are."""

from collections.abc import Mapping
from typing import Any

from publishing.platforms.base import AccountInfo, Session
from publishing.platforms.meta import graph, pages

LABEL = "Facebook"
_PRESENT = "id,name,username,picture.type(large),followers_count,fan_count"


def reached(session: Session) -> list[AccountInfo]:
    """Every Page of the person, those that cannot be posted to with the reason."""
    return [
        _info(page, problem="" if pages.may_post(page) else pages.NO_ROLE, token=str(page.get("access_token", "")))
        for page in pages.of_person(session)
    ]


def present(session: Session) -> AccountInfo:
    """The session's own Page as it is now."""
    path = f"/{session.account.external_id}"
    return _info(graph.call(session, LABEL, "GET", path, params={"fields": _PRESENT}))


def _info(page: Mapping[str, Any], *, problem: str = "", token: str = "") -> AccountInfo:
    page_id, username = str(page["id"]), str(page.get("username") or "")
    count = page.get("followers_count", page.get("fan_count"))
    return AccountInfo(
        external_id=page_id,
        username=username,
        name=str(page.get("name", "")),
        avatar_url=pages.picture(page),
        profile_url=f"https://www.facebook.com/{username or page_id}",
        follower_count=int(count) if count is not None else None,
        token=token,
        problem=problem,
    )
