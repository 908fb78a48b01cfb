"""The authorize page: who asks for what, a choice of sample accounts, Allow and Cancel.

Allow and Cancel post to the page's own address, so a script can do the same:
`POST <authorize URL> account=<id>&decision=allow` answers 303 to the redirect URI.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode, urlsplit

from sandbox import html, oauth
from sandbox.http import Call, Reply
from sandbox.oauth import CodeRequest
from sandbox.store import Row


def _random_code() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Consent:
    """What differs between the platforms' authorize pages."""

    platform: str
    title: str
    code_ttl: str
    known_scopes: Mapping[str, str]
    account_kinds: tuple[str, ...]
    client_param: str = "client_id"
    separator: str = " "
    scope_param: str = ""
    challenge_required: bool = False
    challenge_methods: tuple[str, ...] = ("S256", "plain")
    denial: Mapping[str, str] | None = None
    fragment: str = ""
    make_code: Callable[[], str] = _random_code
    client_platforms: tuple[str, ...] = ()

    def knows(self, call: Call, client_id: str) -> bool:
        return any(
            call.sandbox.credentials.knows(name, client_id) for name in self.client_platforms or (self.platform,)
        )


def _wanted(call: Call, spec: Consent) -> tuple[str, ...]:
    text = call.query.get("scope", "").replace(",", " ") if spec.separator == "," else call.query.get("scope", "")
    return tuple(dict.fromkeys(text.split()))


def _problem(call: Call, spec: Consent) -> str:
    """A reason that must be shown here, because the caller cannot be trusted with a redirect."""
    client_id = call.query.get(spec.client_param, "")
    if not spec.knows(call, client_id):
        return (
            f"Unknown {spec.client_param}: {client_id or '(none)'}. The sandbox accepts the pairs it was started with."
        )
    parts = urlsplit(call.query.get("redirect_uri", ""))
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.fragment:
        return "redirect_uri must be an absolute http or https address without a fragment."
    return ""


def _redirect(call: Call, spec: Consent, values: Mapping[str, str]) -> Reply:
    target = call.query["redirect_uri"]
    kept = {**values, **({"state": call.query["state"]} if "state" in call.query else {})}
    joint = "&" if urlsplit(target).query else "?"
    fragment = spec.fragment if "code" in values else ""
    return Reply(303, b"", {"location": f"{target}{joint}{urlencode(kept)}{fragment}", "cache-control": "no-store"})


def _bad_request(call: Call, spec: Consent) -> Reply | None:
    """OAuth errors that travel back to the caller."""
    query = call.query
    if query.get("response_type") != "code":
        return _redirect(call, spec, {"error": "unsupported_response_type", "error_description": "Use code."})
    wanted = _wanted(call, spec)
    unknown = [scope for scope in wanted if scope not in spec.known_scopes]
    if not wanted or unknown:
        text = f"Unknown scope: {', '.join(unknown)}" if unknown else "No scope asked for."
        return _redirect(call, spec, {"error": "invalid_scope", "error_description": text})
    challenge = query.get("code_challenge", "")
    method = query.get("code_challenge_method", "plain" if challenge else "")
    if (spec.challenge_required and not challenge) or (challenge and method not in spec.challenge_methods):
        return _redirect(call, spec, {"error": "invalid_request", "error_description": "code_challenge is not valid."})
    return None


def authorize(call: Call, spec: Consent) -> Reply:
    """GET shows the page, POST carries the person's decision."""
    problem = _problem(call, spec)
    if problem:
        body = f"<main><h1>{escape(spec.title)}</h1><p>{escape(problem)}</p></main>"
        return html.page(call, spec.title, body, status=400)
    refused = _bad_request(call, spec)
    if refused is not None:
        return refused
    return _decide(call, spec) if call.method == "POST" else _show(call, spec)


def accounts(call: Call, spec: Consent) -> list[Row]:
    rows = call.tx.all("SELECT * FROM accounts WHERE platform = ? ORDER BY position, id", spec.platform)
    return [row for row in rows if row["kind"] in spec.account_kinds]


def _decide(call: Call, spec: Consent) -> Reply:
    if call.form.get("decision") != "allow":
        return _redirect(call, spec, spec.denial or {"error": "access_denied"})
    account = next((row for row in accounts(call, spec) if row["id"] == call.form.get("account")), None)
    if account is None:
        return _show(call, spec, "Choose an account first.")
    scopes = _wanted(call, spec)
    if call.form.get("scopes_shown"):
        ticked = set(call.form_lists.get("scope", []))
        scopes = tuple(scope for scope in scopes if scope in ticked)
    query = call.query
    challenge = query.get("code_challenge", "")
    method = query.get("code_challenge_method", "plain" if challenge else "")
    offline = query.get("access_type", "offline") == "offline"
    wanted = CodeRequest(
        query[spec.client_param], query["redirect_uri"], account["id"], scopes, challenge, method, offline
    )
    code = oauth.issue_code(call, spec.platform, spec.make_code(), wanted, call.tx.number(spec.code_ttl))
    call.account_id = account["id"]
    answer = {"code": code}
    if spec.scope_param:
        answer[spec.scope_param] = spec.separator.join(scopes)
    return _redirect(call, spec, answer)


def _show(call: Call, spec: Consent, problem: str = "") -> Reply:
    choices = "".join(_choice(row, index == 0) for index, row in enumerate(accounts(call, spec)))
    scopes = "".join(
        f'<label><input type="checkbox" name="scope" value="{escape(scope)}" checked>'
        f"<span>{escape(spec.known_scopes[scope])} <code>{escape(scope)}</code></span></label>"
        for scope in _wanted(call, spec)
    )
    notice = f'<p role="alert" class="problem">{escape(problem)}</p>' if problem else ""
    client = escape(call.query[spec.client_param])
    body = (
        f'<main><p class="banner">Sandbox: not the real platform. Nothing leaves this machine.</p>'
        f"<h1>{escape(spec.title)}</h1>{notice}<p><code>{client}</code> would like to use your account.</p>"
        f'<form method="post"><fieldset><legend>Sample account</legend>{choices}</fieldset>'
        f"<details><summary>Permissions</summary><fieldset><legend>It may</legend>{scopes}</fieldset></details>"
        '<input type="hidden" name="scopes_shown" value="1"><p class="actions">'
        '<button type="submit" name="decision" value="allow">Allow</button>'
        '<button type="submit" name="decision" value="cancel" class="quiet">Cancel</button></p></form></main>'
    )
    return html.page(call, spec.title, body, form_target=html.origin(call.query["redirect_uri"]))


def _choice(row: Row, checked: bool) -> str:
    notes = [f"{row['followers']:,} followers"] if row["followers"] else []
    if json.loads(row["data"]).get("private"):
        notes.append("private account")
    handle = f"<small>{escape(row['handle'])}</small> " if row["handle"] else ""
    return (
        f'<label><input type="radio" name="account" value="{escape(row["id"])}"{" checked" if checked else ""}>'
        f"<span>{escape(row['name'])} {handle}<small>{escape(', '.join(notes))}</small></span></label>"
    )
