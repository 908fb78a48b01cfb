"""What the mails say. Plain text only: it reads everywhere and cannot track anybody."""

from django.conf import settings
from django.urls import reverse

from accounts.models import Invitation, User
from accounts.services import addresses, passwords, registration, workspaces
from jobs import JobContext
from notifications.models import Mail, Notice
from notifications.services import outbox


def verify_email(ctx: JobContext, user: User) -> int:
    """The link that proves an address; whoever has an account with it hears that somebody signed up."""
    if _confirmed_by_another(user, user.email):
        return _in_use(ctx, user.email)
    return outbox.send_for_job(
        ctx,
        to=user.email,
        subject="Confirm your e-mail address",
        template="verify_email",
        compose=lambda: {"user": user, "link": _link("verify_email", registration.verification_token(user))},
    )


def change_email(ctx: JobContext, user: User, email: str) -> int:
    """The link that takes a new address; an address with another account only hears that somebody asked."""
    if _confirmed_by_another(user, email):
        return _in_use(ctx, email)
    return outbox.send_for_job(
        ctx,
        to=email,
        subject="Confirm your new e-mail address",
        template="change_email",
        compose=lambda: {"user": user, "link": _link("verify_email", addresses.change_token(user, email))},
    )


def email_changing(ctx: JobContext, user: User, former: str, email: str) -> int:
    """Tells the present address, whose owner may not be the one who asked."""
    return outbox.send_for_job(
        ctx,
        to=former,
        subject="Your e-mail address is about to change",
        template="email_changing",
        compose=lambda: {"user": user, "email": email, **_ways_in()},
    )


def email_changed(ctx: JobContext, user: User, former: str) -> int:
    """Tells the address that an account had until now."""
    return outbox.send_for_job(
        ctx,
        to=former,
        subject="Your e-mail address was changed",
        template="email_changed",
        compose=lambda: {"user": user, **_ways_in()},
    )


def _confirmed_by_another(user: User, email: str) -> bool:
    return User.objects.of_address(email).filter(email_verified_at__isnull=False).exclude(pk=user.pk).exists()


def _in_use(ctx: JobContext, email: str) -> int:
    subject = "You have an account with this address"
    return outbox.send_for_job(ctx, to=email, subject=subject, template="address_in_use", compose=_ways_in)


def _ways_in() -> dict[str, str]:
    base = settings.PUBLIC_BASE_URL
    return {"login_link": f"{base}{reverse('login')}", "reset_link": f"{base}{reverse('password_reset')}"}


def password_reset(ctx: JobContext, user: User) -> int:
    """The link that sets a new password."""
    return outbox.send_for_job(
        ctx,
        to=user.email,
        subject="Set a new password",
        template="password_reset",
        compose=lambda: {"user": user, "link": _link("password_reset_confirm", passwords.reset_token(user))},
    )


def invitation(ctx: JobContext, invitation: Invitation) -> int:
    """The link that opens a workspace."""
    return outbox.send_for_job(
        ctx,
        to=invitation.email,
        subject=f"Join {invitation.workspace.name} on ElevoAI",
        template="invitation",
        compose=lambda: {
            "invitation": invitation,
            "link": _link("invitation", workspaces.invitation_token(invitation)),
        },
    )


def notice(mail: Mail, notice: Notice) -> int:
    """An event, with the way to it and the way to hear less."""
    base = settings.PUBLIC_BASE_URL
    return outbox.send(
        mail,
        lambda: {
            "notice": notice,
            "link": f"{base}{notice.link}" if notice.link else "",
            "settings_link": f"{base}{reverse('notification_settings')}",
        },
    )


def _link(name: str, token: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse(name, kwargs={'token': token})}"
