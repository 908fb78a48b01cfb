"""X's OAuth 2.0 with PKCE, and the account."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Any

from sandbox import avatars, consent, oauth, posts
from sandbox.consent import Consent
from sandbox.http import Call, Reply
from sandbox.platforms.x import errors
from sandbox.store import Row

SCOPES = {
    "tweet.read": "See posts",
    "tweet.write": "Post for you",
    "users.read": "See profiles",
    "media.write": "Upload media for you",
    "offline.access": "Stay connected until you end it",
}

CONSENT = Consent(
    platform="x",
    title="Authorize app for X (sandbox)",
    code_ttl="x.code_ttl_s",
    known_scopes=SCOPES,
    account_kinds=("user",),
    challenge_required=True,
    make_code=lambda: secrets.token_urlsafe(60),
)


def authorize(call: Call) -> Reply:
    return consent.authorize(call, CONSENT)


def _client(call: Call) -> str | None:
    """A confidential client proves itself by HTTP Basic; a public one names its id in the body."""
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        client_id = call.form.get("client_id", "")
        return client_id if call.sandbox.credentials.knows("x", client_id) else None
    try:
        client_id, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client_id if call.sandbox.credentials.accepts("x", client_id, secret) else None


def token(call: Call) -> Reply:
    client_id = _client(call)
    if client_id is None:
        return errors.oauth_error("unauthorized_client", "Missing valid authorization header", 401)
    kind = call.form.get("grant_type", "")
    if kind == "authorization_code":
        return _from_code(call, client_id)
    if kind == "refresh_token":
        return _from_refresh(call, client_id)
    return errors.oauth_error("unsupported_grant_type", "Value passed for the grant type was invalid.")


def _from_code(call: Call, client_id: str) -> Reply:
    form = call.form
    wanted = oauth.redeem_code(call, "x", form.get("code", ""), client_id, form.get("redirect_uri", ""))
    if isinstance(wanted, str):
        return errors.oauth_error("invalid_request", f"Value passed for the authorization code was invalid. {wanted}")
    if not oauth.verifier_matches(wanted, form.get("code_verifier", ""), "base64url"):
        return errors.oauth_error("invalid_request", "Value passed for the code verifier did not match the challenge.")
    call.account_id = wanted.account_id
    grant_id = oauth.open_grant(call.tx, "x", client_id, wanted.account_id, wanted.scopes)
    return _tokens(call, grant_id, wanted.account_id, wanted.scopes)


def _from_refresh(call: Call, client_id: str) -> Reply:
    presented = call.form.get("refresh_token", "")
    found = oauth.find(call.tx, "x", presented)
    if not found.ok or found.kind != "refresh" or found.client_id != client_id:
        return errors.oauth_error("invalid_grant", f"Value passed for the token was invalid ({found.state}).")
    call.account_id = found.account_id
    oauth.replace(call.tx, presented)
    return _tokens(call, found.grant_id, found.account_id, tuple(s for s in SCOPES if s in found.scopes))


def _tokens(call: Call, grant_id: str, account_id: str, scopes: tuple[str, ...]) -> Reply:
    ttl = call.tx.limit("x.access_ttl_s")
    body: dict[str, Any] = {
        "token_type": "bearer",
        "expires_in": ttl,
        "access_token": oauth.issue_token(call.tx, grant_id, account_id, "access", "", ttl),
        "scope": " ".join(scopes),
    }
    if "offline.access" in scopes:
        body["refresh_token"] = oauth.issue_token(call.tx, grant_id, account_id, "refresh", "", None)
    return Reply(200, body, {"cache-control": "no-store"})


def revoke(call: Call) -> Reply:
    if _client(call) is None:
        return errors.oauth_error("unauthorized_client", "Missing valid authorization header", 401)
    found = oauth.find(call.tx, "x", call.form.get("token", ""))
    if found.grant_id:
        oauth.revoke(call.tx, found.grant_id)
    return Reply(200, {"revoked": True})


def account(call: Call, account_id: str) -> Row:
    row = call.tx.one("SELECT * FROM accounts WHERE id = ?", account_id)
    if row is None:
        raise errors.refusal(403, "Forbidden", "You are not permitted to perform this action.")
    return row


def me(call: Call) -> Reply:
    found = errors.session(call, "users.read", "tweet.read")
    row = account(call, found.account_id)
    wanted = set(call.query.get("user.fields", "").split(","))
    data: dict[str, Any] = {"id": row["id"], "name": row["name"], "username": row["handle"]}
    extra = {
        "verified": False,
        "verified_type": "none",
        "profile_image_url": avatars.address(call, row["id"]),
        "public_metrics": {
            "followers_count": posts.followers(call.tx, row["id"]),
            "following_count": 180,
            "tweet_count": len(posts.live(call.tx, "x", row["id"])),
            "listed_count": 4,
        },
    }
    return Reply(200, {"data": {**data, **{name: value for name, value in extra.items() if name in wanted}}})
