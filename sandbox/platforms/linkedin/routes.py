"""The addresses of LinkedIn."""

from __future__ import annotations

from starlette.routing import Route

from sandbox.context import Sandbox
from sandbox.endpoint import Platform, Routes
from sandbox.platforms.linkedin import assets, errors, login, posts_api, statistics

PLATFORM = Platform("linkedin", errors.refuse)


def routes(sandbox: Sandbox) -> list[Route]:
    table = Routes(sandbox, PLATFORM)
    table.add("GET", "www.linkedin.com/oauth/v2/authorization", "oauth.authorize", login.authorize)
    table.add("POST", "www.linkedin.com/oauth/v2/authorization", "oauth.consent", login.authorize)
    table.add("POST", "www.linkedin.com/oauth/v2/accessToken", "oauth.token", login.token)
    table.add(
        "PUT", "www.linkedin.com/dms-uploads/{upload_id}/{index:int}", "upload.part", assets.put, gate=assets.gate
    )
    rest, older = "api.linkedin.com/rest", "api.linkedin.com/v2"
    table.add("GET", f"{older}/userinfo", "account.me", login.user_info)
    table.add("GET", f"{older}/organizationalEntityAcls", "account.organizations", login.acls)
    table.add("GET", f"{rest}/organizationAcls", "account.organizations", login.acls)
    for name, kind in assets.KINDS.items():
        table.add("POST", f"{rest}/{name}", f"{kind}.upload", assets.action)
        table.add("GET", f"{rest}/{name}/{{urn}}", f"{kind}.status", assets.show)
    table.add("POST", f"{rest}/posts", "post.create", posts_api.create)
    table.add("GET", f"{rest}/posts", "post.listing", posts_api.listing)
    table.add("GET", f"{rest}/posts/{{urn}}", "post.show", posts_api.show)
    table.add("DELETE", f"{rest}/posts/{{urn}}", "post.delete", posts_api.delete)
    reads = {
        "organizationalEntityShareStatistics": statistics.organization_shares,
        "organizationalEntityFollowerStatistics": statistics.follower_statistics,
        "videoAnalytics": statistics.organization_video,
        "memberCreatorPostAnalytics": statistics.member_post,
        "memberCreatorVideoAnalytics": statistics.member_video,
        "memberFollowersCount": statistics.member_followers,
    }
    for name, handler in reads.items():
        table.add("GET", f"{rest}/{name}", f"statistics.{name}", handler)
    table.add("GET", f"{rest}/networkSizes/{{urn}}", "statistics.networkSizes", statistics.organization_followers)
    for prefix in (rest, older):
        table.add("GET", f"{prefix}/socialActions/{{urn}}", "statistics.socialActions", statistics.social_actions)
    return table.items
