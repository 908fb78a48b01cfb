"""Gives every signed-in web request its actor and scope. The API's bearer requests get theirs on authentication."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts import actors
from accounts.models import User
from core import logging as log
from core import scope
from core.actor import Actor, ActorKind
from core.errors import NotFound

SESSION_KEY = "workspace_id"


def begin_session(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """A session keeps the workspace it began in, whatever other sessions and programs of the person do."""
    actor = actors.resolve(user, None, kind=ActorKind.USER)
    if actor is not None:
        request.session.setdefault(SESSION_KEY, str(actor.workspace_id))


class ActorMiddleware:
    """Sets `request.actor` (None for visitors). The admin sees all workspaces, by name of the system scope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        user = request.user
        if isinstance(user, User) and user.is_authenticated:
            if request.path.startswith("/admin/"):
                scope.enter_system("operator console")
            else:
                actor = self._actor(request, user)
                request.actor = actor  # type: ignore[attr-defined]
                if actor is not None:
                    scope.enter(actor.workspace_id)
            with log.context(user=user.pk):
                return self.get_response(request)
        return self.get_response(request)

    def _actor(self, request: HttpRequest, user: User) -> Actor | None:
        chosen = request.session.get(SESSION_KEY)
        if chosen:
            try:
                return actors.resolve(user, actors.parse_workspace(chosen), kind=ActorKind.USER)
            except NotFound:
                del request.session[SESSION_KEY]
        return actors.resolve(user, None, kind=ActorKind.USER)
