"""LinkedIn's OAuth, the member's profile and the organizations a member manages."""

from __future__ import annotations

from typing import Any, Final

from sandbox import avatars, consent, oauth
from sandbox.consent import Consent
from sandbox.http import Call, Reply
from sandbox.platforms.linkedin import errors
from sandbox.store import Row, loads

REFRESH_TTL_S: Final = 365 * 86_400

SCOPES = {
    "openid": "Use your name and photo",
    "profile": "Use your name and photo",
    "email": "Use your e-mail address",
    "w_member_social": "Create posts for you",
    "w_organization_social": "Create posts for your organizations",
    "r_organization_social": "Read posts of your organizations",
    "rw_organization_admin": "Manage your organizations' pages and read their analytics",
    "r_member_postAnalytics": "Read analytics of your posts",
    "r_member_profileAnalytics": "Read analytics of your profile",
}

CONSENT = Consent(
    platform="linkedin",
    title="Sign in with LinkedIn (sandbox)",
    code_ttl="linkedin.code_ttl_s",
    known_scopes=SCOPES,
    account_kinds=("member",),
    denial={"error": "user_cancelled_authorize", "error_description": "The user cancelled the authorization"},
)


def authorize(call: Call) -> Reply:
    return consent.authorize(call, CONSENT)


def token(call: Call) -> Reply:
    form = call.form
    client_id = form.get("client_id", "")
    if not call.sandbox.credentials.accepts("linkedin", client_id, form.get("client_secret", "")):
        return errors.oauth_error("invalid_client", "Client authentication failed", 401)
    kind = form.get("grant_type", "")
    if kind == "authorization_code":
        wanted = oauth.redeem_code(call, "linkedin", form.get("code", ""), client_id, form.get("redirect_uri", ""))
        if isinstance(wanted, str):
            text = (
                "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code."
            )
            return errors.oauth_error("invalid_request", f"{text} {wanted}")
        grant_id = oauth.open_grant(call.tx, "linkedin", client_id, wanted.account_id, wanted.scopes)
        return _tokens(call, grant_id, wanted.account_id, wanted.scopes, REFRESH_TTL_S)
    if kind == "refresh_token":
        return _refresh(call, client_id)
    return errors.oauth_error("unsupported_grant_type", "Invalid grant_type")


def _refresh(call: Call, client_id: str) -> Reply:
    """The refresh token stays the same, and its end is not put off by use."""
    presented = call.form.get("refresh_token", "")
    found = oauth.find(call.tx, "linkedin", presented)
    if not found.ok or found.kind != "refresh" or found.client_id != client_id:
        return errors.oauth_error("invalid_request", "The provided authorization grant or refresh token is invalid.")
    left = int((found.expires_at or call.now) - call.now)
    scopes = tuple(scope for scope in SCOPES if scope in found.scopes)
    return _tokens(call, found.grant_id, found.account_id, scopes, left, presented)


def _tokens(
    call: Call, grant_id: str, account_id: str, scopes: tuple[str, ...], refresh_ttl: int, refresh: str = ""
) -> Reply:
    call.account_id = account_id
    ttl = call.tx.limit("linkedin.access_ttl_s")
    body: dict[str, Any] = {
        "access_token": oauth.issue_token(call.tx, grant_id, account_id, "access", "AQ", ttl),
        "expires_in": ttl,
        "scope": " ".join(scopes),
        "token_type": "Bearer",
    }
    if call.tx.setting("linkedin.refresh_tokens") or refresh:
        issued = refresh or oauth.issue_token(call.tx, grant_id, account_id, "refresh", "AQR", refresh_ttl)
        body |= {"refresh_token": issued, "refresh_token_expires_in": refresh_ttl}
    return Reply(200, body, {"cache-control": "no-store"})


def user_info(call: Call) -> Reply:
    found = errors.session(call)
    if not {"openid", "profile"} <= found.scopes:
        return errors.denied()
    row = call.tx.one("SELECT * FROM accounts WHERE id = ?", found.account_id)
    if row is None:
        return errors.denied()
    given, _, family = row["name"].partition(" ")
    body: dict[str, Any] = {
        "sub": row["id"],
        "name": row["name"],
        "given_name": given,
        "family_name": family,
        "picture": avatars.address(call, row["id"]),
        "locale": {"country": "DE", "language": "en"},
    }
    if "email" in found.scopes:
        body |= {"email": f"{row['handle']}@example.test", "email_verified": True}
    return Reply(200, body)


def organizations(call: Call) -> list[Row]:
    sql = "SELECT * FROM accounts WHERE platform = 'linkedin' AND kind = 'organization' AND owner_id = ? ORDER BY id"
    return call.tx.all(sql, call.account_id)


def acls(call: Call) -> Reply:
    """Organizations where the member has a role; both spellings of the resource."""
    found = errors.session(call)
    if not {"rw_organization_admin", "r_organization_social", "w_organization_social"} & found.scopes:
        return errors.denied()
    if call.query.get("q") != "roleAssignee":
        raise errors.refusal(400, "q must be roleAssignee", "ILLEGAL_ARGUMENT")
    role = call.query.get("role")
    elements = []
    for row in organizations(call):
        held = loads(row["data"]).get("role", "ADMINISTRATOR")
        if role in {None, held}:
            elements.append(_acl(call, row, held))
    return Reply(200, {"elements": elements, "paging": {"start": 0, "count": 10, "total": len(elements), "links": []}})


def _acl(call: Call, row: Row, role: str) -> dict[str, Any]:
    urn = errors.urn_of(row)
    element: dict[str, Any] = {
        "role": role,
        "state": "APPROVED",
        "roleAssignee": f"urn:li:person:{call.account_id}",
        "organization": urn,
    }
    if call.path.endswith("organizationalEntityAcls"):
        picture = [{"identifiers": [{"identifier": avatars.address(call, row["id"])}]}]
        element |= {
            "organizationalTarget": urn,
            "organizationalTarget~": {
                "id": row["id"],
                "localizedName": row["name"],
                "vanityName": row["handle"],
                "logoV2": {"original~": {"elements": picture}},
            },
        }
    return element
