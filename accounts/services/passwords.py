"""Forgotten and changed passwords. A change ends every API sign-in of the person."""

from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts import audit, rate_limits, signals
from accounts.errors import AccountError
from accounts.models import Membership, User
from accounts.services.registration import check_password
from accounts.services.tokens import revoke_all
from core import clock, scope
from core.actor import Actor
from core.constant_time import at_least
from core.errors import ValidationFailed

# A known address takes longer than an unknown one, and neither this long.
ANSWER_S = 0.25


def forgot(*, email: str, client: str = "") -> None:
    """Send a reset link when the address has an account and not too many were asked for by this client (its network).
    The caller learns nothing either way."""
    with at_least(ANSWER_S):
        if not client or rate_limits.within(rate_limits.MAILS_OF_CLIENT, client):
            _send_link(email)


def _send_link(email: str) -> None:
    user = User.objects.of_address(email).filter(is_active=True).first()
    if user is None:
        return
    with scope.system("password reset"), transaction.atomic():
        membership = Membership.objects.filter(user=user).order_by("created_at", "id").first()
        if membership is not None:
            signals.password_reset_wanted.send(
                sender=User, user_id=user.pk, workspace_id=user.current_workspace_id or membership.workspace_id
            )


def reset_token(user: User) -> str:
    """The token of a reset link: good once, for the time of PASSWORD_RESET_TIMEOUT."""
    return f"{urlsafe_base64_encode(force_bytes(str(user.pk)))}.{default_token_generator.make_token(user)}"


def user_of_reset_token(token: str) -> User:
    """Whose link this is; `ValidationFailed` when it is dead."""
    dead = ValidationFailed(AccountError.LINK_DEAD, "This link has expired or was used already. Ask for a new one.")
    uid, _, secret = token.partition(".")
    try:
        user = User.objects.filter(pk=urlsafe_base64_decode(uid).decode(), is_active=True).first()
    except (ValueError, ValidationError):
        raise dead from None
    if user is None or not default_token_generator.check_token(user, secret):
        raise dead
    return user


def reset(*, token: str, password: str) -> User:
    """Set a new password with a reset link; proves the address as well."""
    user = user_of_reset_token(token)
    check_password(password, user)
    with scope.system("password reset"), transaction.atomic():
        _set(user, password)
        if not User.objects.of_address(user.email).filter(email_verified_at__isnull=False).exists():
            user.email_verified_at = clock.now()
            user.save(update_fields=["email_verified_at", "updated_at"])
    return user


def require_password(user: User, password: str, *, field: str = "current_password") -> None:
    """Raise unless this is the person's password: a session alone is not enough to take an account over. Guesses are
    counted, because whoever has the session could go on for ever."""
    sentence = "" if password else "Enter your current password."
    if password:
        rate_limits.require(
            rate_limits.GUESSES_OF_PERSON, user.pk, "Too many tries with a password. Try again in 15 minutes."
        )
        sentence = "" if user.check_password(password) else "This is not your current password."
    if sentence:
        raise ValidationFailed(AccountError.PASSWORD_WRONG, sentence, fields={field: [sentence]})


def change(*, actor: Actor, current: str, new: str) -> User:
    """Change one's own password, knowing the present one."""
    assert actor.user_id is not None, "only people have a password"
    user = User.objects.get(pk=actor.user_id)
    require_password(user, current)
    check_password(new, user, field="new_password")
    with transaction.atomic():
        _set(user, new)
        audit.record(actor, "changed_password", ("user", user.pk))
    return user


def _set(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    revoke_all(user)
