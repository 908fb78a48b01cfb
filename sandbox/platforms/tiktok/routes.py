"""The addresses of TikTok."""

from __future__ import annotations

from starlette.routing import Route

from sandbox.context import Sandbox
from sandbox.endpoint import Platform, Routes
from sandbox.platforms.tiktok import display, errors, login, publish, transfer

PLATFORM = Platform("tiktok", errors.refuse)


def routes(sandbox: Sandbox) -> list[Route]:
    sandbox.settlers["tiktok"] = transfer.settle
    table = Routes(sandbox, PLATFORM)
    for slash in ("", "/"):
        table.add("GET", f"www.tiktok.com/v2/auth/authorize{slash}", "oauth.authorize", login.authorize)
        table.add("POST", f"www.tiktok.com/v2/auth/authorize{slash}", "oauth.consent", login.authorize)
    api = "open.tiktokapis.com/v2"
    table.add("POST", f"{api}/oauth/token/", "oauth.token", login.token)
    table.add("POST", f"{api}/oauth/revoke/", "oauth.revoke", login.revoke)
    table.add("GET", f"{api}/user/info/", "user.info", login.user_info)
    table.add("POST", f"{api}/post/publish/creator_info/query/", "creator_info", publish.creator_info)
    table.add("POST", f"{api}/post/publish/video/init/", "video.init", publish.video_init)
    table.add("POST", f"{api}/post/publish/inbox/video/init/", "inbox.init", publish.inbox_init)
    table.add("POST", f"{api}/post/publish/content/init/", "content.init", publish.content_init)
    table.add("POST", f"{api}/post/publish/status/fetch/", "status", transfer.status)
    table.add("POST", f"{api}/post/publish/cancel/", "cancel", publish.cancel)
    table.add("PUT", "open-upload.tiktokapis.com/video/", "upload.chunk", transfer.put, gate=transfer.gate)
    table.add("POST", f"{api}/video/list/", "video.list", display.video_list)
    table.add("POST", f"{api}/video/query/", "video.query", display.video_query)
    return table.items
