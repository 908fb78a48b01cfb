"""The addresses of Instagram."""

from __future__ import annotations

from starlette.routing import Route

from sandbox.context import Sandbox
from sandbox.endpoint import Platform, Routes
from sandbox.platforms.instagram import access, containers, insights
from sandbox.platforms.meta import errors, ids

ids.register()

PLATFORM = Platform("instagram", errors.refuse)
NODE = "{node:instagram_id}"


def routes(sandbox: Sandbox) -> list[Route]:
    sandbox.settlers["instagram"] = containers.settle
    table = Routes(sandbox, PLATFORM)
    table.add("GET", "www.instagram.com/oauth/authorize", "oauth.authorize", access.authorize)
    table.add("POST", "www.instagram.com/oauth/authorize", "oauth.consent", access.authorize)
    table.add("POST", "api.instagram.com/oauth/access_token", "oauth.token", access.access_token)
    own = "graph.instagram.com"
    for prefix in (own, f"{own}/{{version:graph_version}}"):
        table.add("GET", f"{prefix}/access_token", "oauth.exchange", access.long_lived)
        table.add("GET", f"{prefix}/refresh_access_token", "oauth.refresh", access.refresh)
        table.add("GET", f"{prefix}/me", "account.profile", access.profile)
    for prefix in ("graph.facebook.com/{version:graph_version}", f"{own}/{{version:graph_version}}", own):
        table.add("POST", f"{prefix}/{NODE}/media", "container.create", containers.create)
        table.add("GET", f"{prefix}/{NODE}/media", "media.list", insights.media_list)
        table.add("POST", f"{prefix}/{NODE}/media_publish", "media.publish", containers.publish)
        table.add("GET", f"{prefix}/{NODE}/content_publishing_limit", "publishing_limit", containers.publishing_limit)
        table.add("GET", f"{prefix}/{NODE}/insights", "insights", insights.media_insights)
        table.add("GET", f"{prefix}/{NODE}", "node", insights.node)
    path = "rupload.facebook.com/ig-api-upload/{version:graph_version}/{container:instagram_id}"
    table.add(
        "POST",
        path,
        "upload.transfer",
        containers.upload_put,
        gate=containers.upload_gate,
        partial=containers.upload_partial,
    )
    return table.items
