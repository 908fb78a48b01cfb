"""Whom a LinkedIn consent can post as: the member, or the pages that the member manages; and their followers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from publishing.platforms.base import AccountInfo, Session
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.linkedin import rest
from publishing.platforms.linkedin.check import is_page

PAGES = "pages"
ROLES = ("ADMINISTRATOR", "CONTENT_ADMINISTRATOR")
_FIELDS = "(elements*(role,organizationalTarget~(id,localizedName,vanityName,logoV2(original~:playableStreams))))"
_AT_ONCE = 100


def member(session: Session) -> AccountInfo:
    """The person. LinkedIn gives no handle and no address of the profile."""
    body = rest.read(session, "/v2/userinfo")
    return AccountInfo(
        external_id=f"urn:li:person:{body.get('sub', '')}",
        username="",
        name=str(body.get("name", "")),
        avatar_url=str(body.get("picture") or ""),
        facts={"kind": "member"},
    )


def managed(session: Session) -> list[AccountInfo]:
    """The pages on which the member may post. None is told with the way out."""
    found = {info.external_id: info for role in reversed(ROLES) for info in _of_role(session, role)}
    if not found:
        raise PlatformError(
            ErrorKind.ACCOUNT_TYPE,
            "This LinkedIn profile manages no page. Ask a super admin of the page to make you super admin or content "
            "admin, or connect with your profile instead.",
            code="no_pages",
        )
    return list(found.values())


def _of_role(session: Session, role: str) -> Iterator[AccountInfo]:
    start = 0
    while True:
        query = f"q=roleAssignee&role={role}&state=APPROVED&projection={_FIELDS}&start={start}&count={_AT_ONCE}"
        rows = rest.elements(rest.read(session, "/v2/organizationalEntityAcls", query))
        yield from (_page(row, role) for row in rows)
        start += _AT_ONCE
        if len(rows) < _AT_ONCE:
            return


def _page(row: Mapping[str, Any], role: str) -> AccountInfo:
    urn = str(row.get("organizationalTarget") or row.get("organization") or "")
    about = row.get("organizationalTarget~") or {}
    vanity = str(about.get("vanityName") or "")
    return AccountInfo(
        external_id=urn,
        username=vanity,
        name=str(about.get("localizedName") or ""),
        avatar_url=_logo(about),
        profile_url=f"https://www.linkedin.com/company/{vanity or urn.rpartition(':')[2]}",
        facts={"kind": "page", "role": role},
    )


def _logo(about: Mapping[str, Any]) -> str:
    try:
        return str(about["logoV2"]["original~"]["elements"][0]["identifiers"][0]["identifier"])
    except (KeyError, IndexError, TypeError):
        return ""


def with_followers(session: Session, info: AccountInfo) -> AccountInfo:
    """With how many follow; LinkedIn tells a member's number only to apps that it has let into its analytics."""
    if is_page(info.external_id):
        query = "edgeType=COMPANY_FOLLOWED_BY_MEMBER"
        answer = rest.call(session, "GET", f"/rest/networkSizes/{rest.enc(info.external_id)}", query)
        count = answer.json().get("firstDegreeSize") if answer.status == 200 else None
    elif session.http.flag("member_analytics"):
        answer = rest.call(session, "GET", "/rest/memberFollowersCount", "q=me")
        rows = rest.elements(answer.json()) if answer.status == 200 else []
        count = rows[0].get("memberFollowersCount") if rows else None
    else:
        return info
    return replace(info, follower_count=int(count) if count is not None else info.follower_count)
