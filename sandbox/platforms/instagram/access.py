"""Instagram Login, and which account a call speaks for in either flavour.

With Facebook Login (`graph.facebook.com`) the Page's token, or its person's, speaks for the linked professional
account; with Instagram Login (`graph.instagram.com`) the account's own token does.
"""

from __future__ import annotations

import hashlib
from typing import Final

from sandbox import avatars, consent, oauth, posts
from sandbox.consent import Consent
from sandbox.http import Call, Reply
from sandbox.platforms.meta import errors
from sandbox.store import Row, loads

DAY_S: Final = 86_400

SCOPES = {
    "instagram_business_basic": "Read your profile and media",
    "instagram_business_content_publish": "Publish posts for you",
    "instagram_business_manage_insights": "Read insights of your account and media",
    "instagram_business_manage_comments": "Manage comments",
    "instagram_business_manage_messages": "Manage messages",
}

CONSENT = Consent(
    platform="instagram",
    title="Log in with Instagram (sandbox)",
    code_ttl="meta.code_ttl_s",
    known_scopes=SCOPES,
    account_kinds=("business", "creator", "personal"),
    separator=",",
    denial={
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_description": "The user denied your request",
    },
    fragment="#_",
)

NEEDS: Final = {
    "basic": ("instagram_basic", "instagram_business_basic"),
    "publish": ("instagram_content_publish", "instagram_business_content_publish"),
    "insights": ("instagram_manage_insights", "instagram_business_manage_insights"),
}


def authorize(call: Call) -> Reply:
    return consent.authorize(call, CONSENT)


def scoped_id(account_id: str, client_id: str) -> int:
    """The app-scoped id of the token answer, which is not the account's id."""
    return 24_000_000_000_000 + int(hashlib.sha256(f"{client_id}:{account_id}".encode()).hexdigest()[:11], 16)


def access_token(call: Call) -> Reply:
    form = call.form
    client_id = form.get("client_id", "")
    if not call.sandbox.credentials.accepts("instagram", client_id, form.get("client_secret", "")):
        return _oauth_problem("Invalid client_id or client_secret")
    if form.get("grant_type") != "authorization_code":
        return _oauth_problem("Invalid grant_type")
    code = form.get("code", "").removesuffix("#_")
    wanted = oauth.redeem_code(call, "instagram", code, client_id, form.get("redirect_uri", ""))
    if isinstance(wanted, str):
        return _oauth_problem(f"Matching code was not found or was already used. {wanted}")
    call.account_id = wanted.account_id
    grant_id = oauth.open_grant(call.tx, "instagram", client_id, wanted.account_id, wanted.scopes)
    token = oauth.issue_token(call.tx, grant_id, wanted.account_id, "short", "IGAA", 3600)
    flat = {
        "access_token": token,
        "user_id": scoped_id(wanted.account_id, client_id),
        "permissions": ",".join(wanted.scopes),
    }
    return Reply(200, flat if call.tx.setting("instagram.flat_token_answer") else {"data": [flat]})


def _oauth_problem(text: str) -> Reply:
    return Reply(400, {"error_type": "OAuthException", "code": 400, "error_message": text})


def long_lived(call: Call) -> Reply:
    given = errors.values(call)
    if given.get("grant_type") != "ig_exchange_token":
        raise errors.invalid("grant_type must be ig_exchange_token")
    found = oauth.find(call.tx, "instagram", str(given.get("access_token", "")))
    if not found.ok:
        raise errors.refusal(190, "Error validating access token: Session has expired.", 463)
    if not call.sandbox.credentials.accepts("instagram", found.client_id, str(given.get("client_secret", ""))):
        raise errors.refusal(1, "Error validating client secret.")
    return _sixty_days(call, found.grant_id, found.account_id, {})


def refresh(call: Call) -> Reply:
    """Only a long-lived token that is at least 24 hours old and not expired."""
    given = errors.values(call)
    if given.get("grant_type") != "ig_refresh_token":
        raise errors.invalid("grant_type must be ig_refresh_token")
    found = oauth.find(call.tx, "instagram", str(given.get("access_token", "")))
    if not found.ok or found.kind != "access":
        raise errors.refusal(190, "Error validating access token: Session has expired.", 463)
    if call.now - found.issued_at < DAY_S:
        raise errors.invalid("The token must be at least 24 hours old to be refreshed.")
    return _sixty_days(call, found.grant_id, found.account_id, {"permissions": ",".join(sorted(found.scopes))})


def _sixty_days(call: Call, grant_id: str, account_id: str, extra: dict[str, str]) -> Reply:
    call.account_id = account_id
    ttl = call.tx.limit("meta.long_ttl_s")
    token = oauth.issue_token(call.tx, grant_id, account_id, "access", "IGAA", ttl)
    return Reply(200, {"access_token": token, "token_type": "bearer", "expires_in": ttl, **extra})


def account_for(call: Call, need: str, account_id: str = "") -> Row:
    """The professional account of the path, if the token may speak for it."""
    facebook_scope, own_scope = NEEDS[need]
    own = call.host == "graph.instagram.com"
    found = errors.session(
        call, own_scope if own else facebook_scope, token_platform="instagram" if own else errors.SHARED_APP
    )
    wanted = found.account_id if own and account_id in {"", "me"} else account_id
    row = call.tx.one("SELECT * FROM accounts WHERE id = ? AND platform = 'instagram'", wanted)
    allowed = {found.account_id} if own else _linked(call, found.account_id, found.kind)
    if row is None or row["id"] not in allowed:
        raise errors.invisible(wanted)
    if row["kind"] == "personal":
        raise errors.refusal(10, "(#10) The user is not an Instagram Business")
    call.account_id = str(row["id"])
    return row


def _linked(call: Call, account_id: str, kind: str) -> set[str]:
    """Instagram accounts behind a Page token, or behind all Pages of a person."""
    column = "id" if kind == "page" else "owner_id"
    rows = call.tx.all("SELECT id, owner_id, data FROM accounts WHERE platform = 'facebook' AND kind = 'page'")
    return {loads(row["data"]).get("instagram", "") for row in rows if row[column] == account_id}


def profile(call: Call) -> Reply:
    row = account_for(call, "basic", call.params.get("node", "me"))
    own = call.host == "graph.instagram.com"
    everything = {
        "id": row["id"] if not own else str(scoped_id(row["id"], "")),
        "user_id": row["id"],
        "username": row["handle"],
        "name": row["name"],
        "account_type": "MEDIA_CREATOR" if row["kind"] == "creator" else "BUSINESS",
        "profile_picture_url": avatars.address(call, row["id"]),
        "followers_count": posts.followers(call.tx, row["id"]),
        "follows_count": 210,
        "media_count": len(posts.live(call.tx, "instagram", row["id"])),
    }
    if not own:
        del everything["user_id"]
    wanted = {"id", *errors.fields(call, "id,username")}
    return Reply(200, {name: value for name, value in everything.items() if name in wanted})
