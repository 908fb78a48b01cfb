"""What the mails say. Plain text only: it reads everywhere and cannot track anybody."""

from django.conf import settings
from django.urls import reverse

from accounts.models import Invitation, User
from accounts.services import passwords, registration, workspaces
from jobs import JobContext
from notifications.models import Mail, Notice
from notifications.services import outbox


def verify_email(ctx: JobContext, user: User) -> int:
    """The link that proves an address."""
    return outbox.send_for_job(
        ctx,
        to=user.email,
        subject="Confirm your e-mail address",
        template="verify_email",
        compose=lambda: {"user": user, "link": _link("verify_email", registration.verification_token(user))},
    )


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
