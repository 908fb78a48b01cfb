"""The addresses of YouTube."""

from __future__ import annotations

from starlette.routing import Route

from sandbox.context import Sandbox
from sandbox.endpoint import Platform, Routes
from sandbox.platforms.youtube import analytics, errors, login, upload, videos

PLATFORM = Platform("youtube", errors.refuse)


def routes(sandbox: Sandbox) -> list[Route]:
    table = Routes(sandbox, PLATFORM)
    for path in ("accounts.google.com/o/oauth2/v2/auth", "accounts.google.com/o/oauth2/auth"):
        table.add("GET", path, "oauth.authorize", login.authorize)
        table.add("POST", path, "oauth.consent", login.authorize)
    table.add("POST", "oauth2.googleapis.com/token", "oauth.token", login.token)
    table.add("POST", "oauth2.googleapis.com/revoke", "oauth.revoke", login.revoke)
    table.add("GET", "www.googleapis.com/oauth2/v3/userinfo", "account.profile", login.user_info)
    for host in ("www.googleapis.com", "youtube.googleapis.com"):
        table.add("GET", f"{host}/youtube/v3/channels", "account.channels", videos.channels)
        table.add("GET", f"{host}/youtube/v3/videos", "videos.list", videos.video_list)
        path = f"{host}/upload/youtube/v3/videos"
        table.add("POST", path, "upload.start", upload.start)
        table.add("PUT", path, "upload.chunk", upload.put, gate=upload.gate, partial=upload.partial)
        table.add("POST", f"{host}/upload/youtube/v3/thumbnails/set", "thumbnail", videos.set_thumbnail)
    table.add("GET", "youtubeanalytics.googleapis.com/v2/reports", "analytics.reports", analytics.reports)
    return table.items
