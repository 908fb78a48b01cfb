"""X's problem documents, rate headers, and who a bearer token speaks for."""

from __future__ import annotations

from typing import Any, Final

from sandbox import limits, oauth
from sandbox.faults import Fault
from sandbox.http import Call, Refusal, Reply
from sandbox.oauth import Session

WINDOW_S: Final = 900
PROBLEMS: Final = "https://api.twitter.com/2/problems"

LIMITS: Final = {
    "tweet.create": "x.posts_per_window",
    "media.initialize": "x.media_per_window",
    "media.append": "x.media_per_window",
    "media.finalize": "x.media_per_window",
    "media.status": "x.status_per_window",
    "tweets.lookup": "x.lookup_per_window",
    "account.me": "x.me_per_window",
    "analytics": "x.analytics_per_window",
}


def problem(status: int, title: str, detail: str, kind: str = "about:blank", **more: Any) -> Reply:
    body = {"title": title, "detail": detail, "type": kind, "status": status, **more}
    return Reply(status, body, {}, "application/problem+json")


def refusal(status: int, title: str, detail: str, kind: str = "about:blank", **more: Any) -> Refusal:
    return Refusal(problem(status, title, detail, kind, **more))


def invalid(message: str, **parameters: list[str]) -> Refusal:
    return refusal(
        400,
        "Invalid Request",
        "One or more parameters to your request was invalid.",
        f"{PROBLEMS}/invalid-request",
        errors=[{"parameters": parameters, "message": message}],
    )


def unauthorized() -> Reply:
    return problem(401, "Unauthorized", "Unauthorized")


def oauth_error(code: str, description: str, status: int = 400) -> Reply:
    return Reply(status, {"error": code, "error_description": description})


def too_many(reset_at: float) -> Reply:
    answer = problem(429, "Too Many Requests", "Too Many Requests")
    return answer.with_headers({"x-rate-limit-reset": str(int(reset_at))})


def refuse(call: Call, fault: Fault) -> Reply:
    """A fault in X's shape."""
    if call.step.startswith("oauth."):
        if fault.transport:
            return oauth_error("server_error", "Something went wrong.", fault.status)
        return oauth_error("invalid_request", "Value passed for the token was invalid.")
    if fault.transport:
        return problem(fault.status, "Service Unavailable", "Service Unavailable")
    if fault.kind in {"token_expired", "token_revoked"}:
        return unauthorized()
    if fault.kind == "rate_limit":
        # X names the reset as a moment; a Retry-After is added only when a fault asks for it.
        wait = 60.0 if fault.retry_after is None else fault.retry_after
        answer = too_many(call.now + wait).with_headers({"x-rate-limit-remaining": "0"})
        return answer if fault.retry_after is None else answer.with_headers({"retry-after": str(int(wait))})
    if fault.kind == "quota":
        text = "Your enrolled account does not have any credits to fulfill this request."
        return problem(402, "CreditsDepleted", text, f"{PROBLEMS}/credits")
    if fault.kind == "spam_hold":
        text = "User has been suspended."
        return problem(403, "Forbidden", text, f"{PROBLEMS}/user-suspended")
    return problem(403, "Forbidden", "You are not permitted to perform this action.")


def session(call: Call, *scopes: str) -> Session:
    found = oauth.find(call.tx, "x", call.bearer)
    if not found.ok or found.kind != "access":
        raise Refusal(unauthorized())
    call.account_id, call.grant_id = found.account_id, found.grant_id
    missing = [scope for scope in scopes if scope not in found.scopes]
    if missing:
        raise refusal(403, "Forbidden", "You are not permitted to perform this action.")
    _throttle(call)
    return found


def _throttle(call: Call) -> None:
    setting = LIMITS.get(call.step)
    if setting is None:
        return
    limit = call.tx.limit(setting)
    window = limits.hit(call.tx, f"x:{call.step}:{call.grant_id}", limit, WINDOW_S)
    headers = {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(window.remaining),
        "x-rate-limit-reset": str(int(window.reset_at)),
    }
    if not window.allowed:
        raise Refusal(too_many(window.reset_at).with_headers(headers))
    call.extra_headers.update(headers)
