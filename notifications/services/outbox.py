"""Sending mail with a record of every try, and forgetting what is old."""

import smtplib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string

import jobs.services
from core import clock, scope
from core.actor import Actor
from core.errors import Conflict, DomainError, NotFound
from jobs import Ended, JobContext, Transient
from notifications.errors import NotificationError
from notifications.models import Mail, Notice
from notifications.services.notices import order

KEEP_NOTICES = timedelta(days=180)
KEEP_MAILS = timedelta(days=90)
MOST_AN_HOUR = 4
_BATCH = 1000

Compose = Callable[[], Mapping[str, Any]]


class Refused(DomainError):
    """The mail server will never take this mail."""

    status = 409


def send_for_job(ctx: JobContext, *, to: str, subject: str, template: str, compose: Compose) -> int:
    """Send the one mail that a job is about; 1 when it went out, 0 when an earlier run of the job had sent it.

    The record is kept under the job. `compose` is called late and its result is not kept, because links in it open
    accounts. Raises `Transient` when the server may take it later, `Refused` when it never will. An address gets at
    most MOST_AN_HOUR mails of a kind an hour, whoever asked for them and from wherever; 0 then, too.
    """
    if _too_many(ctx, to, template):
        return 0
    mail, _ = Mail.objects.get_or_create(
        job_id=ctx.job_id,
        defaults={"workspace_id": ctx.workspace_id, "template": template, "to": to, "subject": _line(subject)},
    )
    return send(mail, compose)


def _too_many(ctx: JobContext, to: str, template: str) -> bool:
    since = clock.now() - timedelta(hours=1)
    with scope.system("count the mails to an address"):
        others = Mail.objects.filter(to=to, template=template, created_at__gt=since).exclude(job_id=ctx.job_id)
        return others.count() >= MOST_AN_HOUR


def send(mail: Mail, compose: Compose) -> int:
    """Send a recorded mail unless it was sent; keeps how the try ended. Errors as in `send_for_job`."""
    if mail.state == Mail.State.SENT:
        return 0
    body = render_to_string(f"mail/{mail.template}.txt", dict(compose()))
    message = EmailMessage(_line(mail.subject), body, to=[mail.to], headers=_headers(mail))
    rows = Mail.objects.filter(pk=mail.pk)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        words = "; ".join(text.decode(errors="replace") for _, text in error.recipients.values())
        _tried(rows, words)
        if codes and all(code >= 500 for code in codes):
            raise Refused(NotificationError.MAIL_GONE, f"The mail server refuses the address: {words}") from None
        raise Transient(f"The mail server did not take the address: {words}") from None
    except (OSError, smtplib.SMTPException) as error:
        _tried(rows, str(error))
        raise Transient(f"The mail server did not take the message: {error}") from error
    rows.update(state=Mail.State.SENT, sent_at=clock.now(), tries=F("tries") + 1, error="", updated_at=clock.now())
    return 1


def _tried(rows: Any, words: str) -> None:
    rows.update(state=Mail.State.QUEUED, tries=F("tries") + 1, error=_line(words)[:300], updated_at=clock.now())


def _headers(mail: Mail) -> dict[str, str]:
    # The same id on every try: a server that took the mail without our hearing of it can tell the second one apart.
    host = settings.PUBLIC_BASE_URL.split("://")[-1].split("/")[0].split(":")[0] or "localhost"
    return {"Message-ID": f"<{mail.pk}@{host}>", "Auto-Submitted": "auto-generated"}


def _line(text: str) -> str:
    return " ".join(text.split())[:200]


def ended(end: Ended) -> None:
    """A mail's job came to nothing: the record says so."""
    rows = Mail.objects.filter(job_id=end.job_id)
    if end.subject_id is not None and not rows.exists():
        rows = Mail.objects.filter(pk=end.subject_id)
    rows.exclude(state=Mail.State.SENT).update(
        state=Mail.State.FAILED, error=_line(end.message)[:300], updated_at=clock.now()
    )


def send_again(*, actor: Actor, mail_id: UUID) -> Mail:
    """Try a failed mail once more, with all its tries. A mail with a link gets a new link."""
    with transaction.atomic():
        mail = Mail.objects.for_workspace(actor.workspace_id).filter(pk=mail_id).first()
        if mail is None:
            raise NotFound
        rows = Mail.objects.filter(pk=mail.pk, state=Mail.State.FAILED)
        if not rows.update(state=Mail.State.QUEUED, error="", updated_at=clock.now()):
            raise Conflict(NotificationError.MAIL_NOT_FAILED, "Only a failed mail can be sent again.")
        if mail.notice_id is not None:
            order(mail)
        elif mail.job_id is not None:
            jobs.services.retry(actor=actor, job_id=mail.job_id)
        else:
            raise Conflict(NotificationError.MAIL_GONE, "What this mail was about is not kept any more.")
    mail.refresh_from_db()
    return mail


def clean_up() -> int:
    """Forget notices after 180 days and the records of mails after 90. Returns how many rows went."""
    total = 0
    with scope.system("clean up notices"):
        for model, keep in ((Mail, KEEP_MAILS), (Notice, KEEP_NOTICES)):
            while True:
                old = model._default_manager.filter(created_at__lt=clock.now() - keep)
                batch = list(old.values_list("pk", flat=True)[:_BATCH])
                if not batch:
                    break
                total += model._default_manager.filter(pk__in=batch).delete()[0]
    return total
