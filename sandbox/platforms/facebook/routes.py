"""The addresses of Facebook."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from sandbox.context import Sandbox
from sandbox.endpoint import Platform, Routes
from sandbox.http import Call
from sandbox.platforms.facebook import edges, reads, reels
from sandbox.platforms.meta import errors, ids, login

ids.register()

PLATFORM = Platform("facebook", errors.refuse)


def _phase(kind: str) -> Callable[[Call], str]:
    """`reel.start`, `video.transfer`; the call that makes it public is `.publish`, also where there are no phases."""

    def name(call: Call) -> str:
        phase = str(errors.values(call).get("upload_phase", "")).lower()
        return f"{kind}.{phase}" if phase in {"start", "transfer"} else f"{kind}.publish"

    return name


def _photo(call: Call) -> str:
    unpublished = str(errors.values(call).get("published", "true")).lower() == "false"
    return "photo.upload" if unpublished else "photo.publish"


def routes(sandbox: Sandbox) -> list[Route]:
    sandbox.settlers["facebook"] = reels.settle
    table = Routes(sandbox, PLATFORM)
    for path in ("www.facebook.com/{version:graph_version}/dialog/oauth", "www.facebook.com/dialog/oauth"):
        table.add("GET", path, "oauth.authorize", login.authorize)
        table.add("POST", path, "oauth.consent", login.authorize)
    for prefix in ("graph.facebook.com/{version:graph_version}", "graph.facebook.com"):
        table.add("GET", f"{prefix}/oauth/access_token", "oauth.token", login.access_token)
        table.add("POST", f"{prefix}/oauth/access_token", "oauth.token", login.access_token)
        table.add("GET", f"{prefix}/debug_token", "oauth.inspect", login.debug_token)
    graph = "graph.facebook.com/{version:graph_version}"
    node = f"{graph}/{{node:facebook_id}}"
    table.add("GET", f"{graph}/me", "account.me", login.me)
    table.add("GET", f"{graph}/me/permissions", "account.permissions", login.permissions)
    table.add("GET", f"{graph}/me/accounts", "account.pages", login.pages)
    table.add("GET", f"{graph}/me/businesses", "account.businesses", login.businesses)
    table.add("DELETE", f"{graph}/me/permissions", "oauth.revoke", login.revoke)
    table.add("DELETE", f"{node}/permissions", "oauth.revoke", login.revoke)
    table.add("POST", f"{node}/video_reels", "reel.publish", reels.reels, phase=_phase("reel"))
    table.add("POST", f"{node}/video_stories", "story.publish", reels.stories, phase=_phase("story"))
    table.add("POST", f"{node}/videos", "video.publish", edges.videos, phase=_phase("video"))
    table.add("POST", f"{node}/photos", "photo.publish", edges.photos, phase=_photo)
    table.add("POST", f"{node}/feed", "feed.publish", edges.feed)
    table.add("POST", f"{node}/photo_stories", "story.photo", edges.photo_stories)
    for edge in ("feed", "posts", "published_posts", "videos", "video_reels"):
        table.add("GET", f"{node}/{edge}", "page.listing", edges.listing)
    table.add("GET", f"{node}/insights", "insights", reads.insights)
    table.add("GET", f"{node}/video_insights", "video.insights", reads.video_insights)
    table.add("GET", node, "node", reads.node)
    table.add(
        "POST",
        "rupload.facebook.com/video-upload/{version:graph_version}/{node:facebook_id}",
        "upload.transfer",
        reels.transfer,
        gate=reels.transfer_gate,
        partial=reels.transfer_partial,
    )
    return table.items
