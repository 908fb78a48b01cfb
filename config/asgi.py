"""The ASGI application: HTTP, the one websocket, and the sandbox while it is mounted."""

import os
from collections.abc import Awaitable, Callable
from typing import Any, cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import OriginValidator  # noqa: E402
from channels.sessions import SessionMiddlewareStack  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from accounts.authentication import is_operator  # noqa: E402
from core.asgi import Handler  # noqa: E402
from flows import monitoring  # noqa: E402
from jobs.consumers import AppConsumer  # noqa: E402
from media.body_limit import BodyLimit  # noqa: E402

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Mounted:
    """Sends everything below a prefix to another ASGI application."""

    def __init__(self, prefix: str, inner: Application, outer: Application) -> None:
        self.prefix, self.inner, self.outer = prefix, inner, outer

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self.prefix + "/"):
            scope = {**scope, "root_path": scope.get("root_path", "") + self.prefix}
            await self.inner(scope, receive, send)
        else:
            await self.outer(scope, receive, send)


def _http() -> Application:
    product = BodyLimit(cast(Any, Handler()))
    if not settings.SANDBOX_MOUNTED:
        return product
    # Only where it is mounted: production never loads it.
    from sandbox.app import create_app

    sandbox = create_app(settings.VAR_DIR / "sandbox.sqlite3", settings.SANDBOX_BASE, admits=is_operator)
    return Mounted("/sandbox", sandbox, product)


def _websocket() -> Application:
    routes = SessionMiddlewareStack(URLRouter([path("ws/app/", AppConsumer.as_asgi())]))
    return OriginValidator(routes, [settings.PUBLIC_BASE_URL, *settings.ALLOWED_HOSTS])


monitoring.watcher.start()
application = ProtocolTypeRouter({"http": _http(), "websocket": _websocket()})
