"""Meta's error envelope, who a token speaks for, and the usage headers."""

from __future__ import annotations

import json
import secrets
from typing import Any, Final

from sandbox import limits, oauth
from sandbox.faults import Fault
from sandbox.http import Call, Refusal, Reply
from sandbox.oauth import Session

HOUR_S: Final = 3600
SHARED_APP: Final = "facebook"
"""Grants of Facebook Login carry this platform, also when they are used for Instagram."""


def error(
    code: int,
    message: str,
    subcode: int = 0,
    *,
    status: int = 400,
    kind: str = "OAuthException",
    transient: bool = False,
) -> Reply:
    body: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode:
        body["error_subcode"] = subcode
    body |= {"is_transient": transient, "fbtrace_id": f"A{secrets.token_urlsafe(16)}"}
    return Reply(status, {"error": body})


def refusal(code: int, message: str, subcode: int = 0, *, status: int = 400) -> Refusal:
    return Refusal(error(code, message, subcode, status=status))


def invalid(message: str, subcode: int = 0) -> Refusal:
    return refusal(100, f"(#100) {message}", subcode)


def invisible(node: str) -> Refusal:
    text = f"Unsupported request. Object with ID '{node}' does not exist, cannot be loaded due to missing permissions"
    return refusal(100, text, 33)


def refuse(call: Call, fault: Fault) -> Reply:
    """A fault in Meta's shape."""
    retry = {"retry-after": str(int(fault.retry_after))} if fault.retry_after is not None else {}
    if fault.transport:
        return error(2, "An unexpected error has occurred. Please retry your request later.", status=fault.status,
                     transient=True)  # fmt: skip
    if fault.kind == "token_expired":
        return error(190, "Error validating access token: Session has expired.", 463, status=401)
    if fault.kind == "token_revoked":
        return error(190, "Error validating access token: The user has not authorized application.", 458, status=401)
    if fault.kind == "missing_scope":
        return error(10, "(#10) Application does not have permission for this action", status=403)
    if fault.kind == "personal_account":
        return error(10, "(#10) The user is not an Instagram Business")
    if fault.kind == "rate_limit":
        text = "(#4) Application request limit reached"
        return error(4, text, transient=True).with_headers(retry)
    instagram = call.platform == "instagram"
    if fault.kind == "quota":
        if instagram:
            return error(9, "(#9) You have reached the maximum number of posts that is allowed.", 2207042)
        return error(613, "(#613) Calls to this api have exceeded the rate limit.")
    text = "We restrict certain activity to protect our community."
    return (
        error(4, text, 2207051) if instagram else error(368, "The action attempted has been deemed abusive.", 1390008)
    )


def values(call: Call) -> dict[str, Any]:
    """Meta takes parameters from the query, a form or JSON alike."""
    return {**call.query, **call.form, **call.object()}


def session(call: Call, *scopes: str, token_platform: str = SHARED_APP) -> Session:
    """Whom the token speaks for; counts the call against the app and reports it in a header."""
    token = oauth.presented(call) or str(values(call).get("access_token", ""))
    if not token:
        raise refusal(104, "An access token is required to request this resource.", status=400)
    found = oauth.find(call.tx, token_platform, token)
    if found.state == "revoked":
        raise Refusal(refuse(call, Fault("token_revoked")))
    if found.state == "expired":
        raise Refusal(refuse(call, Fault("token_expired")))
    if not found.ok:
        raise refusal(190, "Invalid OAuth access token - Cannot parse access token", status=401)
    call.account_id, call.grant_id = found.account_id, found.grant_id
    missing = [scope for scope in scopes if scope not in found.scopes]
    if missing:
        raise refusal(10, f"(#10) This endpoint requires the '{missing[0]}' permission", status=403)
    _count(call, found)
    return found


def _count(call: Call, found: Session) -> None:
    """200 calls per user of the app and hour; the header gives the percentage used."""
    users = call.tx.limit("meta.app_users")
    limit = 200 * users
    key = f"meta:app:{found.client_id}"
    window = limits.hit(call.tx, key, limit, HOUR_S)
    percent = 100 if not window.allowed else round(100 * (limit - window.remaining) / limit) if limit else 0
    usage = {"call_count": percent, "total_time": percent // 2, "total_cputime": percent // 2}
    call.extra_headers["x-app-usage"] = json.dumps(usage)
    kind = "instagram" if call.platform == "instagram" else "pages"
    wait = 0 if window.allowed else max(1, round((window.reset_at - call.now) / 60))
    business = {"type": kind, **usage, "estimated_time_to_regain_access": wait}
    call.extra_headers["x-business-use-case-usage"] = json.dumps({found.account_id: [business]})
    if not window.allowed:
        raise Refusal(
            error(4, "(#4) Application request limit reached", transient=True).with_headers(call.extra_headers)
        )


def fields(call: Call, default: str = "id") -> list[str]:
    """Names of a `fields` parameter; nested selections and modifiers are cut off."""
    text = str(values(call).get("fields", default))
    names, depth, current = [], 0, ""
    for character in text:
        depth += (character in "({") - (character in ")}")
        if character == "," and depth == 0:
            names.append(current)
            current = ""
        else:
            current += character
    names.append(current)
    return [name.split("(")[0].split("{")[0].split(".")[0].strip() for name in names if name.strip()]
