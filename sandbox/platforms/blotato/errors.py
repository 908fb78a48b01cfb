"""Blotato's errors and its API key."""

from __future__ import annotations

import secrets

from sandbox import limits
from sandbox.faults import Fault
from sandbox.http import Call, Refusal, Reply

OWNER = "blotato-user"


def error(status: int, message: str, code: str = "") -> Reply:
    body = {"message": message, "reqId": secrets.token_hex(8)}
    return Reply(status, {**body, "code": code} if code else body)


def refusal(status: int, message: str, code: str = "") -> Refusal:
    return Refusal(error(status, message, code))


def refuse(call: Call, fault: Fault) -> Reply:
    """A fault in Blotato's shape."""
    if fault.transport:
        return error(fault.status, "Internal server error")
    if fault.kind in {"token_expired", "token_revoked"}:
        return error(401, "Unauthorized")
    if fault.kind == "missing_scope":
        return error(403, "Your plan does not include the API")
    retry = {"retry-after": str(int(fault.retry_after))} if fault.retry_after is not None else {}
    if fault.kind == "quota":
        return error(429, "Daily posting limit reached for this account").with_headers(retry)
    if fault.kind == "spam_hold":
        return error(422, "The account is temporarily restricted by the platform")
    return error(429, "Too many requests").with_headers(retry)


def session(call: Call) -> None:
    """Every call carries the key in its own header; the sample accounts belong to every accepted key."""
    if not call.sandbox.credentials.key_known("blotato", call.headers.get("blotato-api-key", "")):
        raise refusal(401, "Unauthorized")
    call.grant_id = OWNER


def throttle(call: Call, setting: str) -> None:
    if not limits.hit(call.tx, f"blotato:{call.step}", call.tx.limit(setting), 60).allowed:
        raise refusal(429, "Too many requests")
