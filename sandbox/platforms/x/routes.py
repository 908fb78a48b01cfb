"""The addresses of X."""

from __future__ import annotations

from starlette.routing import Route

from sandbox.context import Sandbox
from sandbox.endpoint import Platform, Routes
from sandbox.platforms.x import errors, login, media, tweets

PLATFORM = Platform("x", errors.refuse)


def routes(sandbox: Sandbox) -> list[Route]:
    table = Routes(sandbox, PLATFORM)
    for host in ("x.com", "twitter.com"):
        table.add("GET", f"{host}/i/oauth2/authorize", "oauth.authorize", login.authorize)
        table.add("POST", f"{host}/i/oauth2/authorize", "oauth.consent", login.authorize)
    api = "api.x.com/2"
    table.add("POST", f"{api}/oauth2/token", "oauth.token", login.token)
    table.add("POST", f"{api}/oauth2/revoke", "oauth.revoke", login.revoke)
    table.add("GET", f"{api}/users/me", "account.me", login.me)
    table.add("GET", f"{api}/users/{{user_id}}/tweets", "tweets.timeline", tweets.timeline)
    table.add("POST", f"{api}/media/upload/initialize", "media.initialize", media.initialize)
    table.add("POST", f"{api}/media/upload/{{media_id}}/append", "media.append", media.append)
    table.add("POST", f"{api}/media/upload/{{media_id}}/finalize", "media.finalize", media.finalize)
    table.add("GET", f"{api}/media/upload", "media.status", media.status)
    table.add("POST", f"{api}/media/upload", "media.command", media.command)
    table.add("POST", f"{api}/tweets", "tweet.create", tweets.create)
    table.add("GET", f"{api}/tweets", "tweets.lookup", tweets.lookup)
    return table.items
