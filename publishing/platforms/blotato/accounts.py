"""The accounts behind an API key: of which platform, and which pages of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from publishing.platforms.base import AccountInfo, Session
from publishing.platforms.blotato import calls
from publishing.platforms.errors import ErrorKind, PlatformError

# Blotato's names of the platforms are ours. Those that this product does not plan posts for are left out.
_PROFILES = {
    "tiktok": "https://www.tiktok.com/@{}",
    "twitter": "https://x.com/{}",
    "instagram": "https://www.instagram.com/{}/",
    "youtube": "https://www.youtube.com/@{}",
    "facebook": "",
    "linkedin": "",
}


def owner(session: Session) -> str:
    """Whose key it is; also the proof that it works."""
    return str(calls.ask(session, "GET", "/users/me").get("id", ""))


def connected(session: Session) -> list[AccountInfo]:
    """Every account that a post can go to: pages of Facebook and LinkedIn are accounts of their own."""
    rows = calls.items(calls.ask(session, "GET", "/users/me/accounts"))
    found = [info for row in rows if row.get("platform") in _PROFILES for info in _of(session, row)]
    if not found:
        raise PlatformError(
            ErrorKind.ACCOUNT_TYPE,
            "No account that this product can post to is connected in Blotato. Connect one on blotato.com, then try "
            "again.",
            code="no_accounts",
        )
    return found


def _of(session: Session, row: Mapping[str, Any]) -> Iterator[AccountInfo]:
    network, account_id = str(row["platform"]), str(row["id"])
    handle = str(row.get("username") or "").lstrip("@")
    info = AccountInfo(
        external_id=account_id,
        username=handle,
        name=str(row.get("fullname") or handle),
        profile_url=_PROFILES[network].format(handle) if handle else "",
        facts={"blotato_account": account_id},
        network=network,
    )
    if network not in ("facebook", "linkedin"):
        yield info
        return
    if network == "linkedin":
        yield info
    pages = calls.items(calls.ask(session, "GET", f"/users/me/accounts/{account_id}/subaccounts"))
    yield from (_page(info, page) for page in pages if page.get("id"))


def _page(owner_: AccountInfo, page: Mapping[str, Any]) -> AccountInfo:
    page_id = str(page["id"])
    return AccountInfo(
        external_id=f"{owner_.external_id}/{page_id}",
        username="",
        name=str(page.get("name") or page_id),
        facts={**owner_.facts, "page_id": page_id},
        network=owner_.network,
    )
