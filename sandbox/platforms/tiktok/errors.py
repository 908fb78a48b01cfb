"""TikTok's answers: an `error` object beside `data`, flat errors for OAuth."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox import limits, oauth
from sandbox.faults import Fault
from sandbox.http import Call, Refusal, Reply
from sandbox.oauth import Session

MESSAGES = {
    "access_token_invalid": "The access token is invalid or not found in the request.",
    "scope_not_authorized": "The user did not authorize the scope required for completing this request.",
    "rate_limit_exceeded": "The API rate limit was exceeded. Please try again later.",
    "spam_risk_too_many_posts": "The daily post cap from the API is reached for the current user.",
    "spam_risk_user_banned_from_posting": "The user is banned from making new posts.",
    "spam_risk_too_many_pending_share": "There are too many pending shares within the last 24 hours.",
    "unaudited_client_can_only_post_to_private_accounts": "Unaudited clients can only post to a private account.",
    "url_ownership_unverified": "The URL's domain or prefix is not verified for this app.",
    "privacy_level_option_mismatch": "The privacy level is not one of the creator's options.",
    "invalid_publish_id": "The publish_id does not exist.",
    "token_not_authorized_for_specified_publish_id": "The token may not read this publish_id.",
    "publish_not_cancellable": "The post can no longer be cancelled.",
    "internal_error": "Something went wrong. Please try again.",
}


def log_id() -> str:
    return secrets.token_hex(12).upper()


def ok(data: dict[str, Any]) -> Reply:
    return Reply(200, {"data": data, "error": {"code": "ok", "message": "", "log_id": log_id()}})


def error(status: int, code: str, message: str = "") -> Reply:
    text = message or MESSAGES.get(code, code)
    return Reply(status, {"data": {}, "error": {"code": code, "message": text, "log_id": log_id()}})


def refusal(status: int, code: str, message: str = "") -> Refusal:
    return Refusal(error(status, code, message))


def invalid(message: str) -> Refusal:
    return refusal(400, "invalid_params", message)


def oauth_error(code: str, description: str, status: int = 400) -> Reply:
    return Reply(status, {"error": code, "error_description": description, "log_id": log_id()})


def refuse(call: Call, fault: Fault) -> Reply:
    """A fault in TikTok's shape."""
    retry = {"retry-after": str(int(fault.retry_after))} if fault.retry_after is not None else {}
    if call.step.startswith("oauth."):
        if fault.kind == "rate_limit":
            return oauth_error("rate_limit_exceeded", "Too many requests.", 429).with_headers(retry)
        if fault.transport:
            return oauth_error("server_error", "Something went wrong.", fault.status)
        return oauth_error("invalid_grant", "The token is no longer valid.")
    if fault.transport:
        return error(fault.status, "internal_error")
    if fault.kind == "rate_limit":
        return error(429, "rate_limit_exceeded").with_headers(retry)
    known = {
        "token_expired": (401, "access_token_invalid"),
        "token_revoked": (401, "access_token_invalid"),
        "missing_scope": (401, "scope_not_authorized"),
        "spam_hold": (403, "spam_risk_user_banned_from_posting"),
        "quota": (403, "spam_risk_too_many_posts"),
    }
    status, code = known[fault.kind]
    return error(status, code)


def session(call: Call, *scopes: str) -> Session:
    """Whom the bearer token speaks for, with the scopes asked for."""
    found = oauth.find(call.tx, "tiktok", call.bearer)
    if not found.ok or found.kind != "access":
        raise refusal(401, "access_token_invalid")
    call.account_id, call.grant_id = found.account_id, found.grant_id
    missing = [scope for scope in scopes if scope not in found.scopes]
    if missing:
        raise refusal(401, "scope_not_authorized", f"{MESSAGES['scope_not_authorized']} ({', '.join(missing)})")
    return found


def throttle(call: Call, setting: str, step: str) -> None:
    """One request in the user token's window of a minute."""
    key = f"tiktok:{step}:{call.grant_id}"
    if not limits.hit(call.tx, key, call.tx.limit(setting), 60).allowed:
        raise refusal(429, "rate_limit_exceeded")


def require_json(call: Call) -> dict[str, Any]:
    if not isinstance(call.json, dict):
        raise invalid("The request body must be a JSON object sent as application/json.")
    return call.json
