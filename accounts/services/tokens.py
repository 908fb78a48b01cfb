"""API sign-in: short access tokens, and refresh tokens that rotate in families."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth import authenticate
from django.http import HttpRequest
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.errors import AccountError
from accounts.models import RefreshSession, User, normalise_email
from core import clock
from core.errors import AuthenticationFailed

_FAMILY = "family"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in hands out. `expires_in` is the access token's life in seconds."""

    user: User
    access: str
    refresh: str
    expires_in: int


def login(*, request: HttpRequest, email: str, password: str) -> TokenPair:
    """Tokens for an address and its password; the same refusal whichever of the two is wrong."""
    user = authenticate(request, username=normalise_email(email), password=password)
    if not isinstance(user, User):
        raise AuthenticationFailed(AccountError.CREDENTIALS, "The e-mail address or the password is not right.")
    return issue(user, user_agent=request.headers.get("User-Agent", ""))


def issue(user: User, *, user_agent: str = "") -> TokenPair:
    """Open a family of refresh tokens and hand out its first pair."""
    refresh = RefreshToken.for_user(user)
    now = clock.now()
    session = RefreshSession.objects.create(
        user=user,
        newest_jti=refresh["jti"],
        user_agent=user_agent[:200],
        created_at=now,
        used_at=now,
        expires_at=datetime.fromtimestamp(refresh["exp"], UTC),
    )
    refresh[_FAMILY] = str(session.pk)
    return _pair(user, refresh)


def refresh(*, token: str) -> TokenPair:
    """Exchange a refresh token for the next pair. A used one revokes its whole family."""
    old = _read(token)
    family = UUID(old[_FAMILY])
    new = RefreshToken()
    new[_FAMILY] = str(family)
    new["user_id"] = old["user_id"]
    now = clock.now()
    live = RefreshSession.objects.filter(pk=family, revoked_at__isnull=True, user__is_active=True)
    rotated = live.filter(newest_jti=old["jti"]).update(
        newest_jti=new["jti"], used_at=now, expires_at=datetime.fromtimestamp(new["exp"], UTC)
    )
    if not rotated:
        live.update(revoked_at=now)
        raise AuthenticationFailed(
            AccountError.TOKEN_DEAD,
            "This sign-in has ended. Sign in again; if it was not you who used it, change the password.",
        )
    return _pair(User.objects.get(pk=old["user_id"]), new)


def user_of(access: Token) -> User | None:
    """Whose access token this is; None once its sign-in has ended (logout, reuse, a new password)."""
    try:
        family, user_id = UUID(str(access[_FAMILY])), UUID(str(access["user_id"]))
    except (KeyError, ValueError):
        return None
    live = RefreshSession.objects.filter(pk=family, user_id=user_id, revoked_at__isnull=True, user__is_active=True)
    session = live.select_related("user").first()
    return session.user if session is not None else None


def revoke(*, token: str) -> None:
    """End the sign-in that a refresh token belongs to."""
    RefreshSession.objects.filter(pk=UUID(_read(token)[_FAMILY]), revoked_at__isnull=True).update(
        revoked_at=clock.now()
    )


def revoke_all(user: User) -> None:
    """End all API sign-ins of a person."""
    RefreshSession.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=clock.now())


def _read(token: str) -> RefreshToken:
    try:
        parsed = RefreshToken(token)  # type: ignore[arg-type]
        UUID(parsed[_FAMILY])
    except (TokenError, KeyError, ValueError):
        raise AuthenticationFailed(AccountError.TOKEN_DEAD, "Invalid or expired token. Sign in again.") from None
    return parsed


def _pair(user: User, refresh: RefreshToken) -> TokenPair:
    access: AccessToken = refresh.access_token
    return TokenPair(user, str(access), str(refresh), int(access.lifetime.total_seconds()))
