"""Facebook Login: dialog, code to token, long-lived exchange, permissions, pages of a person, token inspection."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from sandbox import avatars, consent, oauth
from sandbox.consent import Consent
from sandbox.http import Call, Reply
from sandbox.platforms.meta import errors
from sandbox.store import Row, loads

LONG_LIVED_S: Final = 5_183_944
APPS: Final = ("facebook", "instagram")

SCOPES = {
    "public_profile": "Your name and profile picture",
    "email": "Your e-mail address",
    "pages_show_list": "Show a list of the Pages you manage",
    "pages_manage_posts": "Create and manage content on your Page",
    "pages_read_engagement": "Read content posted on your Page",
    "pages_manage_engagement": "Moderate comments on your Page",
    "pages_read_user_content": "Read user content on your Page",
    "read_insights": "Read the insights of your Page",
    "business_management": "Manage your business",
    "instagram_basic": "Access profile and posts of your Instagram account",
    "instagram_content_publish": "Publish posts to your Instagram account",
    "instagram_manage_insights": "Read the insights of your Instagram account",
    "instagram_manage_comments": "Manage comments of your Instagram account",
    "ads_management": "Manage ads",
    "ads_read": "Read ads",
}

CONSENT = Consent(
    platform="facebook",
    title="Continue with Facebook (sandbox)",
    code_ttl="meta.code_ttl_s",
    known_scopes=SCOPES,
    account_kinds=("person",),
    separator=",",
    denial={
        "error": "access_denied",
        "error_code": "200",
        "error_description": "Permissions error",
        "error_reason": "user_denied",
    },
    client_platforms=APPS,
)


def authorize(call: Call) -> Reply:
    return consent.authorize(call, CONSENT)


def _client_ok(call: Call, given: dict[str, Any]) -> bool:
    client_id, secret = str(given.get("client_id", "")), str(given.get("client_secret", ""))
    return any(call.sandbox.credentials.accepts(app, client_id, secret) for app in APPS)


def access_token(call: Call) -> Reply:
    """A code becomes a short-lived token, a valid token a long-lived one."""
    given = errors.values(call)
    if not _client_ok(call, given):
        return errors.error(1, "Error validating client secret.", status=400)
    if given.get("grant_type") == "fb_exchange_token":
        return _exchange(call, str(given.get("fb_exchange_token", "")))
    code, client_id = str(given.get("code", "")), str(given["client_id"])
    wanted = oauth.redeem_code(call, "facebook", code, client_id, str(given.get("redirect_uri", "")))
    if isinstance(wanted, str):
        expired = "expired" in wanted
        text = "This authorization code has expired." if expired else f"Invalid verification code format. {wanted}"
        if "already been used" in wanted:
            text = "This authorization code has been used."
        return errors.error(100, text, 36007 if expired else 36009)
    call.account_id = wanted.account_id
    grant_id = oauth.open_grant(call.tx, "facebook", client_id, wanted.account_id, wanted.scopes)
    return _token(call, grant_id, wanted.account_id, call.tx.limit("meta.short_ttl_s"))


def _exchange(call: Call, token: str) -> Reply:
    found = oauth.find(call.tx, "facebook", token)
    if not found.ok or found.kind != "access":
        return errors.error(190, "Error validating access token: Session has expired.", 463)
    call.account_id = found.account_id
    return _token(call, found.grant_id, found.account_id, call.tx.limit("meta.long_ttl_s"))


def _token(call: Call, grant_id: str, account_id: str, ttl: int) -> Reply:
    token = oauth.issue_token(call.tx, grant_id, account_id, "access", "EAA", ttl)
    return Reply(200, {"access_token": token, "token_type": "bearer", "expires_in": ttl}, {"cache-control": "no-store"})


def me(call: Call) -> Reply:
    found = errors.session(call)
    row = call.tx.one("SELECT * FROM accounts WHERE id = ?", found.account_id)
    if row is None:
        raise errors.invisible("me")
    everything = {"id": row["id"], "name": row["name"], "picture": {"data": {"url": avatars.address(call, row["id"])}}}
    wanted = {"id", *errors.fields(call, "id,name")}
    return Reply(200, {name: value for name, value in everything.items() if name in wanted})


def permissions(call: Call) -> Reply:
    found = errors.session(call)
    rows = [{"permission": scope, "status": "granted"} for scope in SCOPES if scope in found.scopes]
    return Reply(200, {"data": rows})


def revoke(call: Call) -> Reply:
    found = errors.session(call)
    oauth.revoke(call.tx, found.grant_id)
    return Reply(200, {"success": True})


def page_token(call: Call, grant_id: str, page_id: str) -> str:
    """The same Page and grant always give the same token; it does not expire on its own."""
    return oauth.derived_token(call.tx, grant_id, page_id, "page", "EAAP")


def tasks(page: Row) -> list[str]:
    default = ["ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"]
    given: list[str] = loads(page["data"]).get("tasks", default)
    return given


def page_fields(call: Call, page: Row, grant_id: str, wanted: list[str]) -> dict[str, Any]:
    """A Page as `/me/accounts` and `/{page}` show it."""
    instagram = loads(page["data"]).get("instagram")
    everything: dict[str, Any] = {
        "id": page["id"],
        "name": page["name"],
        "username": page["handle"],
        "access_token": page_token(call, grant_id, page["id"]),
        "picture": {"data": {"url": avatars.address(call, page["id"])}},
        "tasks": tasks(page),
    }
    if instagram:
        everything["instagram_business_account"] = {"id": instagram}
    return {name: everything[name] for name in ("id", *wanted) if name in everything}


def pages(call: Call) -> Reply:
    """Pages of the person, paged by cursor."""
    found = errors.session(call, "pages_show_list")
    rows = call.tx.all(
        "SELECT * FROM accounts WHERE platform = 'facebook' AND kind = 'page' AND owner_id = ? ORDER BY position, id",
        found.account_id,
    )
    given = errors.values(call)
    size = max(1, min(100, int(given["limit"]) if str(given.get("limit", "")).isdigit() else 25))
    after = str(given.get("after", ""))
    start = next((index + 1 for index, row in enumerate(rows) if row["id"] == after), 0)
    shown = rows[start : start + size]
    wanted = errors.fields(call, "id,name,access_token,tasks")
    body: dict[str, Any] = {"data": [page_fields(call, row, found.grant_id, wanted) for row in shown]}
    if shown:
        body["paging"] = {"cursors": {"before": shown[0]["id"], "after": shown[-1]["id"]}}
        if start + size < len(rows):
            query = {**{k: v for k, v in call.query.items() if k != "after"}, "after": shown[-1]["id"]}
            body["paging"]["next"] = call.url(
                f"graph.facebook.com/{call.params['version']}/me/accounts?{urlencode(query)}"
            )
    return Reply(200, body)


def businesses(call: Call) -> Reply:
    """No sample person works through a Business Manager."""
    errors.session(call, "business_management")
    return Reply(200, {"data": []})


def debug_token(call: Call) -> Reply:
    """`access_token` is the app's own `id|secret`."""
    given = errors.values(call)
    app_id, _, secret = str(given.get("access_token", "")).partition("|")
    if not _client_ok(call, {"client_id": app_id, "client_secret": secret}):
        raise errors.refusal(190, "Invalid OAuth access token signature.", status=401)
    found = oauth.find(call.tx, "facebook", str(given.get("input_token", "")))
    data: dict[str, Any] = {"app_id": app_id, "is_valid": found.ok}
    if found.state != "unknown":
        ends = int(found.expires_at or 0)
        kind = "PAGE" if found.kind == "page" else "USER"
        data |= {"expires_at": ends, "scopes": sorted(found.scopes), "user_id": found.account_id, "type": kind}
        data["data_access_expires_at"] = int(found.issued_at + 90 * 86_400)
    return Reply(200, {"data": data})


def require_page(call: Call, page_id: str, task: str, *scopes: str) -> Row:
    """The Page of the path, spoken for by its own token (or by its person's, for reads)."""
    found = errors.session(call, *scopes)
    page = call.tx.one("SELECT * FROM accounts WHERE id = ? AND platform = 'facebook' AND kind = 'page'", page_id)
    if page is None:
        raise errors.invisible(page_id)
    if found.account_id not in {page["id"], page["owner_id"]}:
        raise errors.refusal(200, "(#200) The token does not belong to this Page.", status=403)
    if found.kind != "page" and task == "CREATE_CONTENT":
        raise errors.refusal(200, "(#200) A Page access token is required to publish.", status=403)
    if task not in tasks(page) and "MANAGE" not in tasks(page):
        raise errors.refusal(200, f"(#200) The person's role on the Page lacks the task {task}.", status=403)
    call.account_id = page["id"]
    return page
