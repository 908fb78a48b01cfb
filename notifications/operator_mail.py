"""Mail to the operators. Sent at once and by whoever noticed: the workers may be what is wrong."""

import logging
import smtplib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.models import User
from core.formatting import counted
from jobs.models import Alarm

logger = logging.getLogger(__name__)


def addresses() -> list[str]:
    """`OPERATOR_EMAILS`, else the addresses of the active superusers."""
    if settings.OPERATOR_EMAILS:
        return list(settings.OPERATOR_EMAILS)
    return list(User.objects.filter(is_superuser=True, is_active=True).order_by("pk").values_list("email", flat=True))


def mail_alarms(alarms: Sequence[Alarm]) -> bool:
    """Write about alarms that have begun; False when the mail did not go out and must be tried again."""
    first = alarms[0].sentence
    more = f" (and {len(alarms) - 1} more)" if len(alarms) > 1 else ""
    return _send(f"Alarm: {first[:90]}{'…' if len(first) > 90 else ''}{more}", "alarm", alarms)


def mail_end_of_alarms(alarms: Sequence[Alarm]) -> bool:
    """Write that alarms are over."""
    return _send(f"Over: {counted(len(alarms), 'alarm')}", "alarm_over", alarms)


def _send(subject: str, template: str, alarms: Sequence[Alarm]) -> bool:
    to = addresses()
    if not to:
        logger.warning("Nobody gets mail: OPERATOR_EMAILS is empty and there is no superuser.")
        return True
    body = render_to_string(f"mail/{template}.txt", {"alarms": alarms, "base": settings.PUBLIC_BASE_URL})
    try:
        EmailMessage(subject.replace("\n", " "), body, to=to).send()
    except (OSError, smtplib.SMTPException):
        logger.warning("The operators could not be written to.", exc_info=True)
        return False
    return True
