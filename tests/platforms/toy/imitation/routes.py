"""The addresses of Toy."""

import hashlib
import secrets

from starlette.routing import Route

from sandbox import consent, oauth, posts
from sandbox.consent import Consent
from sandbox.context import Sandbox
from sandbox.endpoint import Platform, Routes
from sandbox.faults import Fault
from sandbox.http import Call, Refusal, Reply
from sandbox.posts import Draft, Media

CONSENT = Consent("toy", "Let the app play", "toy.code_ttl_s", {"play": "Post for you"}, ("shelf",))


def refuse(call: Call, fault: Fault) -> Reply:
    return Reply(fault.status, {"error": fault.kind})


def authorize(call: Call) -> Reply:
    return consent.authorize(call, CONSENT)


def token(call: Call) -> Reply:
    form = call.form
    if not call.sandbox.credentials.accepts("toy", form.get("client_id", ""), form.get("client_secret", "")):
        return Reply(401, {"error": "client"})
    wanted = oauth.redeem_code(call, "toy", form.get("code", ""), form["client_id"], form.get("redirect_uri", ""))
    if isinstance(wanted, str):
        return Reply(400, {"error": wanted})
    grant = oauth.open_grant(call.tx, "toy", wanted.client_id, wanted.account_id, wanted.scopes)
    return Reply(200, {"access_token": oauth.issue_token(call.tx, grant, wanted.account_id, "access", "", None)})


def _who(call: Call) -> str:
    found = oauth.find(call.tx, "toy", oauth.presented(call))
    if not found.ok:
        raise Refusal(Reply(401, {"error": "token"}))
    call.account_id = found.account_id
    return found.account_id


def me(call: Call) -> Reply:
    row = call.tx.account(_who(call))
    assert row is not None
    return Reply(200, {"id": row["id"], "handle": row["handle"], "name": row["name"]})


def create(call: Call) -> Reply:
    account_id, text, post_id = _who(call), call.query.get("text", ""), f"t{secrets.token_hex(6)}"
    if call.query.get("audience") not in ("all", "friends") or "broken" in text:
        return Reply(422, {"error": "Not a toy."})
    media = Media(hashlib.sha256(call.body).hexdigest(), len(call.body), 2.0, 360, 640)
    seen = {"options": {name: value for name, value in call.query.items() if name != "text"}}
    posts.add(call.tx, post_id, Draft("toy", account_id, post_id, "video", text, call.now, media, data=seen))
    return Reply(201, {"id": post_id})


def listed(call: Call) -> Reply:
    rows = posts.listed(call.tx, "toy", _who(call))
    return Reply(200, {"posts": [{"id": row["id"], "text": row["caption"]} for row in rows]})


def counts(call: Call) -> Reply:
    _who(call)
    row = posts.get(call.tx, "toy", call.params["post_id"])
    if row is None:
        return Reply(404, {"error": "unknown"})
    seen = posts.numbers(call.tx, row)
    return Reply(200, {"views": seen.views, "likes": seen.likes})


def routes(sandbox: Sandbox) -> list[Route]:
    table = Routes(sandbox, Platform("toy", refuse))
    table.add("GET", "www.toy.example/authorize", "oauth.authorize", authorize)
    table.add("POST", "www.toy.example/authorize", "oauth.consent", authorize)
    table.add("POST", "api.toy.example/token", "oauth.token", token)
    table.add("GET", "api.toy.example/me", "account.me", me)
    table.add("POST", "api.toy.example/posts", "post", create)
    table.add("GET", "api.toy.example/posts", "posts.list", listed)
    table.add("GET", "api.toy.example/posts/{post_id}", "post.counts", counts)
    return table.items
