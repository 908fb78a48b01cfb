"""The API's two ways in: a bearer JWT, or the web session with CSRF. Both yield the actor and the scope."""

from importlib import import_module
from io import BytesIO
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import Token

from accounts import actors
from accounts.models import User
from accounts.services import tokens
from core import scope
from core.actor import ActorKind


def _enter(request: Request, user: User) -> None:
    wanted = actors.parse_workspace(request.headers.get("X-Workspace"))
    current = getattr(request._request, "actor", None)
    if wanted is None and current is not None and current.user_id == user.pk:
        actor = current
    else:
        actor = actors.resolve(user, wanted, kind=ActorKind.API)
    request._request.actor = actor  # type: ignore[attr-defined]
    if actor is not None:
        scope.enter(actor.workspace_id)


class TokenAuthentication(JWTAuthentication):
    """An access token of a sign-in that goes on: it dies with its family, not only with its quarter of an hour."""

    def get_user(self, validated_token: Token) -> Any:
        user = tokens.user_of(validated_token)
        if user is None:
            raise AuthenticationFailed("This sign-in has ended. Sign in again.", code="token_dead")
        return user


def is_signed_in(request: HttpRequest) -> bool:
    """Whether a bearer token or the session cookie names a person. Needs no middleware, and does not read the body."""
    try:
        if TokenAuthentication().authenticate(request) is not None:  # type: ignore[arg-type]
            return True
    except AuthenticationFailed:
        return False
    return _of_session(request).is_authenticated


def _of_session(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    if not hasattr(request, "session"):
        store = import_module(settings.SESSION_ENGINE).SessionStore
        request.session = store(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    return get_user(request)


async def is_operator(asgi_scope: dict[str, Any]) -> bool:
    """Whether a request to a part that is not Django comes from somebody who may use the operator console."""
    async with ThreadSensitiveContext():
        return await sync_to_async(_names_operator, thread_sensitive=True)(asgi_scope)


def _names_operator(asgi_scope: dict[str, Any]) -> bool:
    try:
        user = _of_session(ASGIRequest(asgi_scope, BytesIO()))
        return isinstance(user, User) and user.is_active and user.is_staff
    except UnicodeDecodeError:
        return False
    finally:
        # The thread ends with this question, and its connection with it.
        connections.close_all()


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <access token>`."""

    def authenticate(self, request: Request) -> Any:
        result = super().authenticate(request)
        if result is not None and isinstance(result[0], User):
            _enter(request, result[0])
        return result


class EnforcedSessionAuthentication(SessionAuthentication):
    """The web session; unsafe methods need the CSRF token."""

    def authenticate(self, request: Request) -> Any:
        result = super().authenticate(request)
        user = result[0] if result is not None else None
        if isinstance(user, User):
            _enter(request, user)
        return result

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
