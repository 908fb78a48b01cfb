"""Another e-mail address: asked for with the password, announced to the old one, taken when the new one confirms it.

Whether an address has an account already is shown only to whoever reads its mail.
"""

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import audit, signals
from accounts.errors import AccountError
from accounts.models import Membership, User
from accounts.services.passwords import require_password
from accounts.services.registration import VERIFY_MAX_AGE_S, check_email, verify_email
from core import clock, scope
from core.actor import Actor, ActorKind
from core.errors import ValidationFailed

_SALT = "accounts.change-email"


def ask(*, actor: Actor, email: str, password: str, field: str = "current_password") -> str:
    """Mail a link to the new address and a word to the present one; returns the new address. Nothing changes yet.

    Raises `ValidationFailed` for a wrong password or an address that is none.
    """
    assert actor.user_id is not None, "only people have an address"
    user = User.objects.get(pk=actor.user_id)
    address = check_email(email)
    if address == user.email:
        return address
    require_password(user, password, field=field)
    with transaction.atomic():
        audit.record(actor, "asked_for_new_email", ("user", user.pk), {"email": address})
        signals.email_change_wanted.send(
            sender=User, user_id=user.pk, workspace_id=actor.workspace_id, email=address, former=user.email
        )
    return address


def change_token(user: User, email: str) -> str:
    """What the link carries: dead once the address or the password is another."""
    return signing.dumps({"user": str(user.pk), "email": email, "now": _state(user)}, salt=_SALT)


def _state(user: User) -> str:
    return salted_hmac(_SALT, f"{user.email} {user.password}", algorithm="sha256").hexdigest()[:32]


def prove(*, token: str) -> User:
    """What a mailed link about an address does: prove the present one, or take the new one."""
    try:
        return verify_email(token=token)
    except ValidationFailed:
        return confirm(token=token)


def confirm(*, token: str) -> User:
    """Take the new address of a mailed link. Raises `ValidationFailed` when the link is dead."""
    dead = ValidationFailed(AccountError.LINK_DEAD, "This link has expired or was used already. Ask for a new one.")
    try:
        content = signing.loads(token, salt=_SALT, max_age=VERIFY_MAX_AGE_S)
    except signing.BadSignature:
        raise dead from None
    user = User.objects.filter(pk=content["user"], is_active=True).first()
    if user is None or not constant_time_compare(content["now"], _state(user)):
        raise dead
    former = user.email
    try:
        with scope.system("change an e-mail address"), transaction.atomic():
            user.email, user.email_verified_at = content["email"], clock.now()
            user.save(update_fields=["email", "email_verified_at", "updated_at"])
            membership = Membership.objects.filter(user=user).order_by("created_at", "id").first()
            if membership is not None:
                actor = Actor(user.pk, membership.workspace_id, membership.role, ActorKind.USER)
                audit.record(actor, "changed_email", ("user", user.pk), {"from": former, "to": user.email})
                signals.email_changed.send(
                    sender=User, user_id=user.pk, workspace_id=membership.workspace_id, former=former
                )
    except IntegrityError:
        # Somebody else confirmed this address in the meantime.
        raise dead from None
    return user
