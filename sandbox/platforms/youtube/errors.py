"""Google's error bodies, and who a bearer token speaks for."""

from __future__ import annotations

from typing import Any

from sandbox import limits, oauth
from sandbox.faults import Fault
from sandbox.http import Call, Refusal, Reply
from sandbox.oauth import Session

PACIFIC = "America/Los_Angeles"
SCOPE = "https://www.googleapis.com/auth/"
MANAGE = (f"{SCOPE}youtube", f"{SCOPE}youtube.force-ssl")
UPLOAD = (f"{SCOPE}youtube.upload", *MANAGE)
READ = (f"{SCOPE}youtube.readonly", *MANAGE)
ANALYTICS = (f"{SCOPE}yt-analytics.readonly",)

QUOTA_TEXT = "The request cannot be completed because you have exceeded your quota."


def error(status: int, reason: str, message: str, domain: str = "youtube", google_status: str = "") -> Reply:
    body: dict[str, Any] = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": domain, "reason": reason}],
    }
    if google_status:
        body["status"] = google_status
    return Reply(status, {"error": body})


def refusal(status: int, reason: str, message: str, domain: str = "youtube") -> Refusal:
    return Refusal(error(status, reason, message, domain))


def unauthorized() -> Reply:
    text = "Request had invalid authentication credentials. Expected OAuth 2 access token."
    return error(401, "authError", text, "global", "UNAUTHENTICATED")


def quota_exceeded() -> Reply:
    return error(403, "quotaExceeded", QUOTA_TEXT, "youtube.quota")


def oauth_error(code: str, description: str, status: int = 400) -> Reply:
    return Reply(status, {"error": code, "error_description": description})


def refuse(call: Call, fault: Fault) -> Reply:
    """A fault in Google's shape."""
    retry = {"retry-after": str(int(fault.retry_after))} if fault.retry_after is not None else {}
    if call.step.startswith("oauth."):
        if fault.transport:
            return oauth_error("internal_failure", "Backend error.", fault.status)
        if fault.kind == "rate_limit":
            return oauth_error("rate_limit_exceeded", "Too many requests.", 429).with_headers(retry)
        return oauth_error("invalid_grant", "Token has been expired or revoked.")
    if fault.transport:
        return error(fault.status, "backendError", "Backend Error", "global")
    if fault.kind in {"token_expired", "token_revoked"}:
        return unauthorized()
    if fault.kind == "rate_limit":
        return error(429, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits").with_headers(retry)
    if fault.kind == "quota":
        return quota_exceeded()
    if fault.kind == "spam_hold":
        text = "The account of the authenticated user is suspended."
        return error(403, "authenticatedUserAccountSuspended", text, "youtube.common")
    return insufficient()


def insufficient() -> Reply:
    text = "Request had insufficient authentication scopes."
    return error(403, "insufficientPermissions", text, "global", "PERMISSION_DENIED")


def session(call: Call, any_of: tuple[str, ...]) -> Session:
    """The account behind the bearer token, which must hold one of the scopes."""
    found = oauth.find(call.tx, "youtube", call.bearer)
    if not found.ok or found.kind != "access":
        raise Refusal(unauthorized())
    call.account_id, call.grant_id = found.account_id, found.grant_id
    if not found.scopes & set(any_of):
        raise Refusal(insufficient())
    return found


def require_channel(call: Call) -> None:
    row = call.tx.one("SELECT kind FROM accounts WHERE id = ?", call.account_id)
    if row is None or row["kind"] != "channel":
        raise refusal(401, "youtubeSignupRequired", "Unauthorized", "youtube.header")


def spend(call: Call, found: Session, cost: int, *, bucket: str = "units") -> None:
    """Take from one of the project's two daily buckets (reset at midnight Pacific)."""
    setting = "youtube.inserts_per_day" if bucket == "inserts" else "youtube.units_per_day"
    day = limits.day_of(call.now, PACIFIC)
    if not limits.spend(call.tx, f"youtube:{bucket}:{found.client_id}", day, cost, call.tx.limit(setting)):
        raise Refusal(quota_exceeded())
