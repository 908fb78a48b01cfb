"""Forgotten and changed passwords. A change ends every API sign-in of the person."""

from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts import audit, signals
from accounts.errors import Code
from accounts.models import Membership, User, normalise_email
from accounts.services.registration import check_password
from accounts.services.tokens import revoke_all
from core import scope
from core.actor import Actor
from core.errors import ValidationFailed


def forgot(*, email: str) -> None:
    """Send a reset link when the address has an account. The caller learns nothing either way."""
    user = User.objects.filter(email=normalise_email(email), is_active=True).first()
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
    dead = ValidationFailed(Code.LINK_DEAD, "This link has expired or was used already. Ask for a new one.")
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
    return user


def change(*, actor: Actor, current: str, new: str) -> User:
    """Change one's own password, knowing the present one."""
    assert actor.user_id is not None, "only people have a password"
    user = User.objects.get(pk=actor.user_id)
    if not user.check_password(current):
        sentence = "This is not your present password."
        raise ValidationFailed(Code.PASSWORD_WRONG, sentence, fields={"current_password": [sentence]})
    check_password(new, user, field="new_password")
    with transaction.atomic():
        _set(user, new)
        audit.record(actor, "changed_password", ("user", user.pk))
    return user


def _set(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    revoke_all(user)
