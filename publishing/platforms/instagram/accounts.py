"""Which Instagram accounts a consent reaches, and who they are."""

from collections.abc import Iterator, Mapping
from typing import Any

from publishing.platforms.base import AccountInfo, Session
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.meta import graph, instagram_errors, pages

LABEL = "Instagram"
BY_FACEBOOK = "facebook"
UNLINKED = (
    "This Page has no professional Instagram account. Switch the account in the Instagram app (Settings → Account type "
    "and tools → Switch to professional account), link it to the Page (Page settings → Linked accounts), then connect "
    "again. Or connect it with Instagram, without the Page."
)
_PROFILE = "id,username,name,profile_picture_url,followers_count"


def reached(session: Session) -> list[AccountInfo]:
    """By Instagram Login the one account; by Facebook one for each Page, those that cannot be used with the reason."""
    return list(_behind_pages(session)) if session.login == BY_FACEBOOK else [_own(session)]


def _own(session: Session) -> AccountInfo:
    fields = {"fields": "user_id,username,name,account_type,profile_picture_url"}
    me = graph.call(session, LABEL, "GET", "/me", params=fields)
    if str(me.get("account_type", "")).upper() == "PERSONAL":
        raise PlatformError(ErrorKind.ACCOUNT_TYPE, instagram_errors.PERSONAL, code="personal")
    # `id` is the app's own name for the person; calls are made with `user_id`.
    return _info(me, str(me.get("user_id") or me.get("id", "")), {"account_type": str(me.get("account_type", ""))})


def _behind_pages(session: Session) -> Iterator[AccountInfo]:
    for page in pages.of_person(session):
        token, name = str(page.get("access_token", "")), str(page.get("name", ""))
        facts = {"page_id": str(page["id"]), "page_name": name}
        linked = str((page.get("instagram_business_account") or {}).get("id", ""))
        problem = "" if pages.may_post(page) else pages.NO_ROLE
        if not linked:
            yield AccountInfo(f"page-{page['id']}", "", name, facts=facts, problem=problem or UNLINKED)
            continue
        if problem:
            yield AccountInfo(linked, "", name, facts=facts, problem=problem)
            continue
        try:
            profile = graph.call(session, LABEL, "GET", f"/{linked}", token=token, params={"fields": _PROFILE})
        except PlatformError as error:
            if error.kind is not ErrorKind.ACCOUNT_TYPE:
                raise
            yield AccountInfo(linked, "", name, facts=facts, problem=error.sentence)
            continue
        yield _info(profile, linked, facts, token)


def present(session: Session) -> AccountInfo:
    """The session's own account as it is now."""
    external_id = session.account.external_id
    profile = graph.call(session, LABEL, "GET", f"/{external_id}", params={"fields": _PROFILE})
    return _info(profile, external_id, {})


def _info(profile: Mapping[str, Any], external_id: str, facts: Mapping[str, Any], token: str = "") -> AccountInfo:
    username = str(profile.get("username", ""))
    count = profile.get("followers_count")
    return AccountInfo(
        external_id=external_id,
        username=username,
        name=str(profile.get("name") or username),
        avatar_url=str(profile.get("profile_picture_url", "")),
        profile_url=f"https://www.instagram.com/{username}/" if username else "",
        follower_count=int(count) if count is not None else None,
        facts=facts,
        token=token,
    )
