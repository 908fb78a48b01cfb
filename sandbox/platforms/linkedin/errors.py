"""LinkedIn's error bodies, version header, and who a token speaks for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from sandbox import limits, oauth
from sandbox.faults import Fault
from sandbox.http import Call, Refusal, Reply
from sandbox.oauth import Session
from sandbox.store import Row

VERSION = re.compile(r"20\d{4}")
VERSION_MONTHS: Final = 12
URN = re.compile(r"urn:li:(person|organization):([A-Za-z0-9_-]+)")


def error(status: int, message: str, code: str = "", service: int = 0, **more: Any) -> Reply:
    body: dict[str, Any] = {"message": message, "status": status}
    if code:
        body["code"] = code
    if service:
        body["serviceErrorCode"] = service
    return Reply(status, {**body, **more})


def refusal(status: int, message: str, code: str = "", service: int = 0) -> Refusal:
    return Refusal(error(status, message, code, service))


def expired() -> Reply:
    return error(401, "The token used in the request has expired", "EXPIRED_ACCESS_TOKEN", 65602)


def revoked() -> Reply:
    text = "The token used in the request has been revoked by the user"
    return error(401, text, "REVOKED_ACCESS_TOKEN", 65601)


def throttled() -> Reply:
    text = "Resource level throttle APPLICATION DAY limit for calls to this resource is reached."
    return error(429, text, service=101)


def denied(message: str = "Not enough permissions to access this resource") -> Reply:
    return error(403, message, "ACCESS_DENIED", 100)


def oauth_error(code: str, description: str, status: int = 400) -> Reply:
    return Reply(status, {"error": code, "error_description": description})


def refuse(call: Call, fault: Fault) -> Reply:
    """A fault in LinkedIn's shape."""
    retry = {"retry-after": str(int(fault.retry_after))} if fault.retry_after is not None else {}
    if call.step.startswith("oauth."):
        if fault.transport:
            return oauth_error("server_error", "Service Unavailable", fault.status)
        return oauth_error("invalid_grant", "The provided authorization grant or refresh token is invalid.")
    if fault.transport:
        return error(fault.status, "Service Unavailable")
    if fault.kind == "token_expired":
        return expired()
    if fault.kind == "token_revoked":
        return revoked()
    if fault.kind in {"rate_limit", "quota"}:
        return throttled().with_headers(retry)
    if fault.kind == "spam_hold":
        return error(403, "Your account is restricted from performing this action.", "ACCESS_DENIED")
    return denied()


def session(call: Call) -> Session:
    found = oauth.find(call.tx, "linkedin", call.bearer)
    if found.state == "revoked":
        raise Refusal(revoked())
    if found.state == "expired":
        raise Refusal(expired())
    if not found.ok or found.kind != "access":
        raise refusal(401, "Invalid access token", "INVALID_ACCESS_TOKEN", 65600)
    call.account_id, call.grant_id = found.account_id, found.grant_id
    if "/rest/" in call.path:
        _check_version(call)
    return found


def _check_version(call: Call) -> None:
    """`LinkedIn-Version` is required; a version ends about a year after its release."""
    version = call.headers.get("linkedin-version", "")
    if not VERSION.fullmatch(version):
        raise refusal(400, "A version must be present. Please specify a version by adding the LinkedIn-Version header.")
    today = datetime.fromtimestamp(call.now, UTC)
    age = (today.year - int(version[:4])) * 12 + today.month - int(version[4:])
    if not 0 <= age <= VERSION_MONTHS or not 1 <= int(version[4:]) <= 12:
        raise refusal(426, f"Requested version {version} is not active", "NONEXISTENT_VERSION")


def author(call: Call, found: Session, urn: str, *, write: bool = True) -> Row:
    """The member or organization of a URN, if the token may act for it."""
    match = URN.fullmatch(urn)
    row = call.tx.one("SELECT * FROM accounts WHERE id = ? AND platform = 'linkedin'", match[2]) if match else None
    if match is None or row is None:
        raise refusal(422, f"Unknown author: {urn}", "INVALID_URN")
    organization = match[1] == "organization"
    if organization:
        scope = "w_organization_social" if write else "r_organization_social"
        allowed = row["owner_id"] == found.account_id and ({scope, "rw_organization_admin"} & found.scopes)
    else:
        allowed = row["id"] == found.account_id and (not write or "w_member_social" in found.scopes)
    if not allowed:
        raise Refusal(denied(f"{urn} is forbidden for this member and these permissions"))
    return row


def spend_day(call: Call, key: str, setting: str) -> None:
    """Daily limits end at 00:00 UTC."""
    if not limits.spend(call.tx, f"linkedin:{key}", limits.day_of(call.now, "UTC"), 1, call.tx.limit(setting)):
        raise Refusal(throttled())


def urn_of(row: Row) -> str:
    return f"urn:li:{'organization' if row['kind'] == 'organization' else 'person'}:{row['id']}"
