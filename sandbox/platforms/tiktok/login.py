"""TikTok Login Kit v2: authorize page, token, rotating refresh, revoke, user info."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from sandbox import avatars, consent, oauth, posts
from sandbox.consent import Consent
from sandbox.http import Call, Reply
from sandbox.platforms.tiktok import errors
from sandbox.store import Row, loads

SCOPES = {
    "user.info.basic": "Read your profile (avatar, display name)",
    "user.info.profile": "Read more of your profile (username, bio)",
    "user.info.stats": "Read your statistics (followers, likes)",
    "video.list": "Read your public videos",
    "video.publish": "Post videos to TikTok",
    "video.upload": "Upload drafts to your inbox",
}


def _code() -> str:
    return f"{secrets.token_urlsafe(40)}*1!{secrets.randbelow(9000) + 1000}.s1"


CONSENT = Consent(
    platform="tiktok",
    title="Log in with TikTok (sandbox)",
    code_ttl="tiktok.code_ttl_s",
    known_scopes=SCOPES,
    account_kinds=("creator",),
    client_param="client_key",
    separator=",",
    scope_param="scopes",
    challenge_methods=("S256",),
    denial={"error": "access_denied", "error_description": "The user denied the authorization request."},
    make_code=_code,
)


def authorize(call: Call) -> Reply:
    return consent.authorize(call, CONSENT)


def open_id(account_id: str, client_id: str) -> str:
    """A person's id differs from app to app."""
    return f"-000{hashlib.sha256(f'{client_id}:{account_id}'.encode()).hexdigest()[:32]}"


def _client_problem(call: Call) -> Reply | None:
    if not call.form:
        return errors.oauth_error("invalid_request", "Send application/x-www-form-urlencoded parameters.")
    key, secret = call.form.get("client_key", ""), call.form.get("client_secret", "")
    if not call.sandbox.credentials.accepts("tiktok", key, secret):
        return errors.oauth_error("invalid_client", "Client key or secret is incorrect.", 401)
    return None


def token(call: Call) -> Reply:
    problem = _client_problem(call)
    if problem is not None:
        return problem
    kind = call.form.get("grant_type", "")
    if kind == "authorization_code":
        return _from_code(call)
    if kind == "refresh_token":
        return _from_refresh(call)
    return errors.oauth_error("unsupported_grant_type", "The grant type is not supported.")


def _from_code(call: Call) -> Reply:
    form = call.form
    if not form.get("code"):
        return errors.oauth_error("invalid_request", "The code is missing.")
    wanted = oauth.redeem_code(call, "tiktok", form["code"], form["client_key"], form.get("redirect_uri", ""))
    if isinstance(wanted, str):
        return errors.oauth_error("invalid_grant", wanted)
    if not oauth.verifier_matches(wanted, form.get("code_verifier", ""), "hex"):
        return errors.oauth_error("invalid_grant", "Code verifier or code challenge is invalid.")
    call.account_id = wanted.account_id
    grant_id = oauth.open_grant(call.tx, "tiktok", wanted.client_id, wanted.account_id, wanted.scopes)
    return _tokens(call, grant_id, wanted.account_id, wanted.client_id, wanted.scopes)


def _from_refresh(call: Call) -> Reply:
    presented = call.form.get("refresh_token", "")
    found = oauth.find(call.tx, "tiktok", presented)
    if not found.ok or found.kind != "refresh" or found.client_id != call.form["client_key"]:
        return errors.oauth_error("invalid_grant", f"Refresh token is invalid or expired ({found.state}).")
    call.account_id = found.account_id
    oauth.replace(call.tx, presented)
    scopes = tuple(scope for scope in SCOPES if scope in found.scopes)
    return _tokens(call, found.grant_id, found.account_id, found.client_id, scopes)


def _tokens(call: Call, grant_id: str, account_id: str, client_id: str, scopes: tuple[str, ...]) -> Reply:
    access_ttl = call.tx.limit("tiktok.access_ttl_s")
    refresh_ttl = call.tx.limit("tiktok.refresh_ttl_s")
    return Reply(
        200,
        {
            "open_id": open_id(account_id, client_id),
            "scope": ",".join(scopes),
            "access_token": oauth.issue_token(call.tx, grant_id, account_id, "access", "act.", access_ttl),
            "expires_in": access_ttl,
            "refresh_token": oauth.issue_token(call.tx, grant_id, account_id, "refresh", "rft.", refresh_ttl),
            "refresh_expires_in": refresh_ttl,
            "token_type": "Bearer",
        },
        {"cache-control": "no-store"},
    )


def revoke(call: Call) -> Reply:
    problem = _client_problem(call)
    if problem is not None:
        return problem
    found = oauth.find(call.tx, "tiktok", call.form.get("token", ""))
    if found.state == "unknown" or found.client_id != call.form["client_key"]:
        return errors.oauth_error("invalid_request", "The token is invalid.")
    oauth.revoke(call.tx, found.grant_id)
    return Reply(200, {})


def account(call: Call, account_id: str) -> Row:
    row = call.tx.one("SELECT * FROM accounts WHERE id = ?", account_id)
    if row is None:
        raise errors.refusal(401, "access_token_invalid")
    return row


def is_private(row: Row) -> bool:
    return bool(loads(row["data"]).get("private"))


FIELD_SCOPES = {
    **dict.fromkeys(("open_id", "union_id", "avatar_url", "avatar_url_100", "display_name"), "user.info.basic"),
    **dict.fromkeys(("username", "bio_description", "profile_deep_link", "is_verified"), "user.info.profile"),
    **dict.fromkeys(("follower_count", "following_count", "likes_count", "video_count"), "user.info.stats"),
}


def user_info(call: Call) -> Reply:
    found = errors.session(call)
    errors.throttle(call, "tiktok.display_per_minute", "user.info")
    fields = [name for name in call.query.get("fields", "").split(",") if name]
    unknown = [name for name in fields if name not in FIELD_SCOPES]
    if not fields or unknown:
        raise errors.invalid(f"Unknown or missing fields: {', '.join(unknown) or '(none)'}")
    missing = sorted({FIELD_SCOPES[name] for name in fields} - found.scopes)
    if missing:
        raise errors.refusal(401, "scope_not_authorized", f"Missing scope: {', '.join(missing)}")
    values = _profile(call, found.account_id, found.client_id)
    return errors.ok({"user": {name: values[name] for name in fields}})


def _profile(call: Call, account_id: str, client_id: str) -> dict[str, Any]:
    row = account(call, account_id)
    live = posts.live(call.tx, "tiktok", account_id)
    picture = avatars.address(call, account_id)
    return {
        "open_id": open_id(account_id, client_id),
        "union_id": hashlib.sha256(account_id.encode()).hexdigest()[:36],
        "avatar_url": picture,
        "avatar_url_100": picture,
        "display_name": row["name"],
        "username": row["handle"],
        "bio_description": "",
        "profile_deep_link": f"https://www.tiktok.com/@{row['handle']}",
        "is_verified": False,
        "follower_count": posts.followers(call.tx, account_id),
        "following_count": 120,
        "likes_count": sum(posts.numbers(call.tx, post).likes for post in live),
        "video_count": len(live),
    }
