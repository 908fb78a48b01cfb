"""The addresses of Blotato v2."""

from __future__ import annotations

from starlette.routing import Route

from sandbox.context import Sandbox
from sandbox.endpoint import Platform, Routes
from sandbox.platforms.blotato import account, errors, extras, submissions

PLATFORM = Platform("blotato", errors.refuse)


def routes(sandbox: Sandbox) -> list[Route]:
    sandbox.settlers["blotato"] = submissions.settle
    table = Routes(sandbox, PLATFORM)
    api = "backend.blotato.com/v2"
    table.add("GET", f"{api}/users/me", "account.me", account.me)
    table.add("GET", f"{api}/users/me/accounts", "account.list", account.accounts)
    table.add("GET", f"{api}/users/me/accounts/{{account_id}}/subaccounts", "account.subaccounts", account.subaccounts)
    table.add("GET", f"{api}/social/pinterest/boards", "account.boards", account.boards)
    table.add("POST", f"{api}/media", "media.url", account.upload_by_url)
    table.add("POST", f"{api}/media/uploads", "media.presign", account.presign)
    table.add("PUT", "database.blotato.io/upload/{media_id}", "media.upload", account.put, gate=account.gate)
    table.add("POST", f"{api}/posts", "post.create", submissions.create)
    table.add("GET", f"{api}/posts", "post.listing", submissions.listing)
    table.add("GET", f"{api}/posts/{{post_id}}", "post.status", submissions.show)
    table.add("GET", f"{api}/posts/{{post_id}}/analytics", "analytics.post", extras.post_analytics)
    table.add("GET", f"{api}/analytics", "analytics.top", extras.top)
    table.add("GET", f"{api}/analytics/platforms", "analytics.platforms", extras.platforms)
    table.add("GET", f"{api}/analytics/summary", "analytics.summary", extras.summary)
    table.add("GET", f"{api}/schedules", "schedule.list", extras.schedules)
    table.add("GET", f"{api}/schedules/{{schedule_id}}", "schedule.show", extras.schedule)
    table.add("PATCH", f"{api}/schedules/{{schedule_id}}", "schedule.change", extras.reschedule)
    table.add("DELETE", f"{api}/schedules/{{schedule_id}}", "schedule.delete", extras.unschedule)
    return table.items
