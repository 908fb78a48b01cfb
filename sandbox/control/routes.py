"""Routes of the control API, its page and its style sheet. Control calls are neither recorded nor made to fail."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.access import is_local
from sandbox.context import Sandbox
from sandbox.control import actions, counts, page
from sandbox.endpoint import BodyTooLarge, bounded, decode
from sandbox.html import base_path
from sandbox.http import Call, Handler, Refusal, Reply

CLOSED: Final = "The controls answer at the machine itself, and to an operator of the product who is signed in.\n"
STATIC: Final = Path(__file__).parent / "static"


def _bounded(call: Call, name: str, default: int, most: int) -> int:
    text = call.query.get(name, "")
    return min(int(text[:19]), most) if text.isascii() and text.isdigit() else default


def state(call: Call) -> Reply:
    tx = call.tx
    body: dict[str, Any] = {
        "now": tx.now,
        "settings": actions.all_settings(call),
        "totals": counts.totals(tx),
        "accounts": counts.accounts(tx),
        "faults": actions.fault_rows(call),
        "calls_by_step": counts.by_step(tx),
    }
    return Reply(200, body)


def held_posts(call: Call) -> Reply:
    limit, offset = _bounded(call, "limit", 100, 5000), _bounded(call, "offset", 0, 10**9)
    rows = counts.held(call.tx, dict(call.query), limit, offset)
    return Reply(200, {"total": call.tx.count("SELECT COUNT(*) FROM posts"), "posts": rows})


def recent_calls(call: Call) -> Reply:
    return Reply(200, {"calls": counts.calls(call.tx, dict(call.query), _bounded(call, "limit", 100, 5000))})


def counted(call: Call) -> Reply:
    return Reply(200, {"totals": counts.totals(call.tx), "accounts": counts.accounts(call.tx)})


def units_held(call: Call) -> Reply:
    """Units of work as they stand, newest first."""
    limit = _bounded(call, "limit", 100, 5000)
    rows = call.tx.all("SELECT * FROM units ORDER BY created_at DESC, id LIMIT ?", limit)
    return Reply(200, {"units": [{**dict(row), "account": row["account_id"]} for row in rows]})


def _foreign(request: Request) -> bool:
    """A browser's post from another site."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _route(sandbox: Sandbox, method: str, path: str, handler: Handler) -> Route:
    def perform(call: Call) -> Reply:
        with sandbox.store.transaction() as tx:
            call.tx = tx
            try:
                reply = handler(call)
            except Refusal as refusal:
                return refusal.reply
        for action in call.after_commit:
            action()
        return reply

    async def endpoint(request: Request) -> Response:
        if not is_local(dict(request.scope)) and not await sandbox.admits(dict(request.scope)):
            return Response(CLOSED, 403, media_type="text/plain")
        if request.method != "GET" and _foreign(request):
            return Response("Posts from other sites are refused.", 403, media_type="text/plain")
        request = Request(request.scope, bounded(request.receive))
        call = Call(
            sandbox=sandbox,
            platform="control",
            step=path,
            method=request.method,
            host="_control",
            path=request.url.path,
            params=dict(request.path_params),
            query=dict(request.query_params),
            headers=dict(request.headers),
        )
        try:
            await decode(request, call)
        except BodyTooLarge:
            return Response(status_code=413)
        reply = await asyncio.get_running_loop().run_in_executor(sandbox.workers, perform, call)
        if call.form and reply.ok:
            return Response(status_code=303, headers={"location": f"{base_path(call)}/_control/"})
        return Response(reply.encoded(), reply.status, dict(reply.headers), reply.media_type)

    return Route(f"/_control/{path}", endpoint, methods=[method])


def routes(sandbox: Sandbox) -> list[BaseRoute]:
    table: list[tuple[str, str, Handler]] = [
        ("GET", "", page.show),
        ("GET", "state", state),
        ("GET", "counts", counted),
        ("GET", "posts", held_posts),
        ("POST", "posts/{post_id}/delete", actions.delete_post),
        ("GET", "units", units_held),
        ("GET", "calls", recent_calls),
        ("GET", "faults", actions.list_faults),
        ("POST", "faults", actions.add_fault),
        ("DELETE", "faults", actions.remove_faults),
        ("POST", "faults/clear", actions.remove_faults),
        ("DELETE", "faults/{fault_id:int}", actions.remove_fault),
        ("POST", "faults/{fault_id:int}/remove", actions.remove_fault),
        ("POST", "clock/advance", actions.advance),
        ("POST", "settings", actions.change_settings),
        ("POST", "accounts", actions.add_account),
        ("POST", "tokens", actions.tokens),
        ("POST", "inbox/{publish_id}/post", actions.post_from_inbox),
        ("POST", "reset", actions.reset),
    ]
    static = Mount("/_control/static", StaticFiles(directory=STATIC))
    return [static, *(_route(sandbox, method, path, handler) for method, path, handler in table)]
