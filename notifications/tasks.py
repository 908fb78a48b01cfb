"""Mail jobs. A link's token is made when the mail is written, so that no job row ever holds one."""

from datetime import timedelta

from accounts.models import Invitation, User
from jobs import Done, JobContext, Queue, handler, periodic
from notifications import mail_texts, services
from notifications.models import Mail
from notifications.services import outbox
from notifications.services.notices import SEND


@handler("notifications.verify_email", queue=Queue.DEFAULT, on_ended=outbox.ended)
def verify_email(ctx: JobContext) -> Done:
    user = User.objects.filter(pk=ctx.subject_id, is_active=True, email_verified_at__isnull=True).first()
    return Done(result={"sent": mail_texts.verify_email(ctx, user) if user else 0})


@handler("notifications.change_email", queue=Queue.DEFAULT, on_ended=outbox.ended)
def change_email(ctx: JobContext) -> Done:
    user, email = User.objects.filter(pk=ctx.subject_id, is_active=True).first(), ctx.payload.get("email", "")
    return Done(result={"sent": mail_texts.change_email(ctx, user, email) if user and email else 0})


@handler("notifications.email_changing", queue=Queue.DEFAULT, on_ended=outbox.ended)
def email_changing(ctx: JobContext) -> Done:
    user, former = User.objects.filter(pk=ctx.subject_id).first(), ctx.payload.get("former", "")
    email = ctx.payload.get("email", "")
    return Done(result={"sent": mail_texts.email_changing(ctx, user, former, email) if user and former else 0})


@handler("notifications.email_changed", queue=Queue.DEFAULT, on_ended=outbox.ended)
def email_changed(ctx: JobContext) -> Done:
    user, former = User.objects.filter(pk=ctx.subject_id).first(), ctx.payload.get("former", "")
    return Done(result={"sent": mail_texts.email_changed(ctx, user, former) if user and former else 0})


@handler("notifications.password_reset", queue=Queue.DEFAULT, on_ended=outbox.ended)
def password_reset(ctx: JobContext) -> Done:
    user = User.objects.filter(pk=ctx.subject_id, is_active=True).first()
    return Done(result={"sent": mail_texts.password_reset(ctx, user) if user else 0})


@handler("notifications.invitation", queue=Queue.DEFAULT, on_ended=outbox.ended)
def invitation(ctx: JobContext) -> Done:
    found = (
        Invitation.objects.for_workspace(ctx.workspace_id)
        .select_related("workspace", "invited_by")
        .filter(pk=ctx.subject_id, accepted_at__isnull=True)
        .first()
    )
    return Done(result={"sent": mail_texts.invitation(ctx, found) if found else 0})


@handler(SEND, queue=Queue.DEFAULT, on_ended=outbox.ended)
def send_notice(ctx: JobContext) -> Done:
    """Send the mail beside a notice."""
    rows = Mail.objects.for_workspace(ctx.workspace_id).select_related("notice__recipient", "notice__workspace")
    found = rows.filter(pk=ctx.subject_id, notice__isnull=False).first()
    return Done(result={"sent": mail_texts.notice(found, found.notice) if found and found.notice else 0})


@periodic("notifications.cleaning", every=timedelta(hours=6))
def clean_up() -> None:
    services.clean_up()
