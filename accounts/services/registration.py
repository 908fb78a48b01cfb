"""Becoming a user: sign-up with a personal workspace, and proving the e-mail address."""

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts import audit, rate_limits, signals
from accounts.errors import AccountError
from accounts.models import Membership, Preferences, Role, User, Workspace, normalise_email
from core import clock, scope, timezones
from core.actor import Actor, ActorKind
from core.errors import ValidationFailed

_VERIFY_SALT = "accounts.verify-email"
VERIFY_MAX_AGE_S = 3 * 24 * 3600


def check_timezone(name: str) -> str:
    """An IANA time zone by its present name (Asia/Katmandu is Asia/Kathmandu), or a `ValidationFailed`."""
    found = timezones.canonical(name)
    if not found:
        sentence = f"{name[:64]!r} is not a known time zone. Choose one like Europe/Paris."
        raise ValidationFailed(AccountError.TIMEZONE_UNKNOWN, sentence, fields={"timezone": [sentence]})
    return found


def check_password(password: str, user: User, *, field: str = "password") -> None:
    """Raise `ValidationFailed` with all of a weak password's faults."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationFailed(
            AccountError.PASSWORD_WEAK, error.messages[0], fields={field: list(error.messages)}
        ) from None


def check_email(email: str) -> str:
    """The normalised address, or a `ValidationFailed`."""
    address = normalise_email(email)
    try:
        validate_email(address)
    except ValidationError:
        sentence = "Enter a full e-mail address, like name@example.com."
        raise ValidationFailed(AccountError.EMAIL_INVALID, sentence, fields={"email": [sentence]}) from None
    return address


def register(*, email: str, password: str, name: str = "", timezone: str = "UTC") -> User:
    """Create a person with preferences and a personal workspace, and ask for the address to be confirmed.

    Nothing here depends on whether the address has an account: neither the answer nor its time tells. A mail tells, to
    whoever reads it.
    """
    address = check_email(email)
    zone = check_timezone(timezone or "UTC")
    user = User(email=address, name=name.strip()[:120])
    check_password(password, user)
    sentence = "There were several sign-ups with this address today. Log in, or set a new password."
    rate_limits.require(rate_limits.SIGN_UPS_OF_ADDRESS, address, sentence)
    user.set_password(password)
    with scope.system("sign-up"), transaction.atomic():
        user.save(force_insert=True)
        Preferences.objects.create(user=user, timezone=zone)
        workspace = _personal_workspace(user)
        signals.email_verification_wanted.send(sender=User, user_id=user.pk, workspace_id=workspace.pk)
    return user


def _personal_workspace(user: User) -> Workspace:
    workspace = Workspace.objects.create(
        name=f"{user.get_short_name()[:100]}’s workspace", is_personal=True, created_by=user
    )
    Membership.objects.create(workspace=workspace, user=user, role=Role.ADMIN)
    user.current_workspace = workspace
    user.save(update_fields=["current_workspace", "updated_at"])
    actor = Actor(user_id=user.pk, workspace_id=workspace.pk, role=Role.ADMIN, kind=ActorKind.USER)
    audit.record(actor, "registered", ("user", user.pk))
    return workspace


def verification_token(user: User) -> str:
    """The token of the link that proves the address; good for three days and for this address only."""
    return signing.dumps({"user": str(user.pk), "email": user.email}, salt=_VERIFY_SALT)


def verify_email(*, token: str) -> User:
    """Mark the address of a token as proven. Repeating it is harmless."""
    dead = ValidationFailed(
        AccountError.LINK_DEAD, "This link has expired or was already replaced. Ask for a new one in your profile."
    )
    try:
        content = signing.loads(token, salt=_VERIFY_SALT, max_age=VERIFY_MAX_AGE_S)
    except signing.BadSignature:
        raise dead from None
    user = User.objects.filter(pk=content["user"], email=content["email"], is_active=True).first()
    if user is None:
        raise dead
    if user.email_verified_at is None:
        user.email_verified_at = clock.now()
        try:
            with transaction.atomic():
                user.save(update_fields=["email_verified_at", "updated_at"])
        except IntegrityError:
            raise dead from None  # somebody else confirmed this address before
    return user


def ask_verification(*, actor: Actor) -> None:
    """Send the proof link again."""
    signals.email_verification_wanted.send(sender=User, user_id=actor.user_id, workspace_id=actor.workspace_id)
