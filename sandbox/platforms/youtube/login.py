"""Google's OAuth 2 for YouTube: authorize page, token, refresh without a new refresh token, revoke, profile."""

from __future__ import annotations

import base64
import binascii
import secrets

from sandbox import avatars, consent, oauth
from sandbox.consent import Consent
from sandbox.http import Call, Reply
from sandbox.platforms.youtube import errors

SCOPES = {
    f"{errors.SCOPE}youtube.upload": "Manage your YouTube videos",
    f"{errors.SCOPE}youtube.readonly": "View your YouTube account",
    f"{errors.SCOPE}youtube": "Manage your YouTube account",
    f"{errors.SCOPE}youtube.force-ssl": "See, edit and delete your videos, ratings, comments and captions",
    f"{errors.SCOPE}yt-analytics.readonly": "View YouTube Analytics reports",
    f"{errors.SCOPE}userinfo.profile": "See your personal info",
    f"{errors.SCOPE}userinfo.email": "See your e-mail address",
    "openid": "Associate you with your personal info on Google",
    "profile": "See your personal info",
    "email": "See your e-mail address",
}


def _code() -> str:
    return f"4/0{secrets.token_urlsafe(48)}"


CONSENT = Consent(
    platform="youtube",
    title="Sign in with Google (sandbox)",
    code_ttl="youtube.code_ttl_s",
    known_scopes=SCOPES,
    account_kinds=("channel", "no_channel"),
    scope_param="scope",
    make_code=_code,
)


def authorize(call: Call) -> Reply:
    return consent.authorize(call, CONSENT)


def _client(call: Call) -> tuple[str, str]:
    """Client id and secret, from the form or from HTTP Basic."""
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(value).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return client_id, secret
    return call.form.get("client_id", ""), call.form.get("client_secret", "")


def token(call: Call) -> Reply:
    client_id, secret = _client(call)
    if not call.sandbox.credentials.accepts("youtube", client_id, secret):
        return errors.oauth_error("invalid_client", "The OAuth client was not found.", 401)
    kind = call.form.get("grant_type", "")
    if kind == "authorization_code":
        return _from_code(call, client_id)
    if kind == "refresh_token":
        return _from_refresh(call, client_id)
    return errors.oauth_error("unsupported_grant_type", f"Invalid grant_type: {kind}")


def _from_code(call: Call, client_id: str) -> Reply:
    form = call.form
    wanted = oauth.redeem_code(call, "youtube", form.get("code", ""), client_id, form.get("redirect_uri", ""))
    if isinstance(wanted, str):
        if wanted.startswith("Redirect_uri"):
            return errors.oauth_error("redirect_uri_mismatch", "Bad Request")
        return errors.oauth_error("invalid_grant", "Bad Request")
    if not oauth.verifier_matches(wanted, form.get("code_verifier", ""), "base64url"):
        return errors.oauth_error("invalid_grant", "Invalid code verifier.")
    call.account_id = wanted.account_id
    grant_id = oauth.open_grant(call.tx, "youtube", client_id, wanted.account_id, wanted.scopes)
    extra = {}
    if wanted.offline:
        extra["refresh_token"] = oauth.issue_token(call.tx, grant_id, wanted.account_id, "refresh", "1//0", None)
    return _access(call, grant_id, wanted.account_id, wanted.scopes, extra)


def _from_refresh(call: Call, client_id: str) -> Reply:
    found = oauth.find(call.tx, "youtube", call.form.get("refresh_token", ""))
    if not found.ok or found.kind != "refresh" or found.client_id != client_id:
        return errors.oauth_error("invalid_grant", "Token has been expired or revoked.")
    call.account_id = found.account_id
    scopes = tuple(scope for scope in SCOPES if scope in found.scopes)
    return _access(call, found.grant_id, found.account_id, scopes, {})


def _access(call: Call, grant_id: str, account_id: str, scopes: tuple[str, ...], extra: dict[str, str]) -> Reply:
    ttl = call.tx.limit("youtube.access_ttl_s")
    access = oauth.issue_token(call.tx, grant_id, account_id, "access", "ya29.", ttl)
    body = {"access_token": access, "expires_in": ttl - 1, **extra, "scope": " ".join(scopes), "token_type": "Bearer"}
    return Reply(200, body, {"cache-control": "no-store"})


def revoke(call: Call) -> Reply:
    found = oauth.find(call.tx, "youtube", call.form.get("token", "") or call.query.get("token", ""))
    if found.state in {"unknown", "revoked"}:
        return errors.oauth_error("invalid_token", "Token expired or revoked")
    oauth.revoke(call.tx, found.grant_id)
    return Reply(200, {})


def user_info(call: Call) -> Reply:
    found = oauth.find(call.tx, "youtube", call.bearer)
    if not found.ok or found.kind != "access":
        return errors.unauthorized()
    row = call.tx.one("SELECT * FROM accounts WHERE id = ?", found.account_id)
    name = row["name"] if row else ""
    subject = str(int(oauth.digest(found.account_id)[:16], 16))
    return Reply(200, {"sub": subject, "name": name, "picture": avatars.address(call, found.account_id)})
