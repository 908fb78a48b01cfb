"""Jobs and ticks of publishing; each calls one function."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import jobs
from jobs import Again, Done, JobContext, Queue
from publishing.approvals import news, release, reminders, requests, rules
from publishing.engine import conversions, housekeeping, settlement
from publishing.engine.run import Run, claim
from publishing.files import avatars, deliveries
from publishing.models import PostTarget
from publishing.notices import notify
from publishing.schedule import blocked, queueing, scheduler
from publishing.services import occurrences


@jobs.handler(queueing.KIND, queue=Queue.PUBLISH, on_ended=housekeeping.job_ended)
def publish_target(ctx: JobContext) -> Done | Again:
    """Move one target as far as it goes."""
    token = UUID(ctx.token)
    target = claim(ctx.subject_id, token)
    return Run(target, token, ctx.check, ctx.without_connection).go() if target else Done()


@jobs.handler(queueing.SETTLE, queue=Queue.PUBLISH)
def settle_target(ctx: JobContext) -> Done | Again:
    """Ask for the public id of a live post, or whether a draft was posted."""
    rows = PostTarget.objects.select_related("account")
    target = rows.filter(pk=ctx.subject_id).filter(settlement.UNSETTLED).first()
    after = settlement.look(target) if target else None
    return Again(after) if after else Done()


@jobs.handler(conversions.KIND, queue=Queue.MEDIA, on_ended=conversions.ended)
def convert_file(ctx: JobContext) -> Done:
    """Make a copy of a file in a format that a platform takes."""
    return conversions.convert(ctx)


@jobs.handler(housekeeping.RENEW, queue=Queue.PUBLISH)
def renew_grant(ctx: JobContext) -> Done | Again:
    """Renew the tokens of one grant ahead of their end."""
    return housekeeping.renew_ahead(ctx.subject_id)


@jobs.handler(requests.ASK, queue=Queue.DEFAULT)
def ask_for_approval(ctx: JobContext) -> Done:
    """Send what waits for approval to those who give it, unless it was sent already."""
    requests.ensure(actor=ctx.actor, post_id=ctx.subject_id)
    return Done()


@jobs.handler(news.TELL, queue=Queue.DEFAULT)
def tell_of_approval(ctx: JobContext) -> Done:
    """Tell those whose turn it is, or whoever asked, in the transaction that ends the job."""
    return Done(commit=partial(news.tell, ctx.subject_id, ctx.payload))


@jobs.handler(rules.SETTLE_ALL, queue=Queue.DEFAULT)
def settle_planned(ctx: JobContext) -> Done:
    """Let what is planned follow the workspace's new rules of approval."""
    return Done({"posts": release.settle_all(ctx.workspace_id)})


@jobs.periodic("publishing.approvals.silent", every=timedelta(minutes=1))
def follow_up_silence() -> None:
    """Remind whoever has not decided, and let the deputy do it after the deadline."""
    reminders.remind()
    reminders.escalate()


@jobs.periodic("publishing.approvals.late", every=timedelta(minutes=1))
def tell_late() -> None:
    """What waited for approval beyond its time needs a new one."""
    release.mark_all_late()


def _notify(ctx: JobContext) -> Done:
    """Notify people of a post or a connection, in the transaction that ends the job."""
    return Done(commit=partial(notify.NOTIFIERS[ctx.kind], ctx.subject_id))


for _kind in notify.NOTIFIERS:
    jobs.handler(_kind, queue=Queue.DEFAULT)(_notify)


@jobs.handler(avatars.KIND, queue=Queue.DEFAULT)
def fetch_picture(ctx: JobContext) -> Done:
    """Keep a copy of an account's picture."""
    return avatars.fetch(ctx.subject_id, ctx.token)


@jobs.handler(occurrences.KIND, queue=Queue.DEFAULT)
def make_recurring(ctx: JobContext) -> Done:
    """Make a recurring post's posts of the next weeks."""
    occurrences.make_ahead(ctx.workspace_id, ctx.subject_id, ctx.check)
    return Done()


@jobs.periodic("publishing.recurring", every=timedelta(minutes=10))
def order_recurring() -> None:
    """Recurring posts whose next weeks are to be filled."""
    occurrences.order_due()


@jobs.periodic("publishing.expiring", every=timedelta(hours=1))
def order_expiring() -> None:
    notify.order_expiring()


@jobs.periodic("publishing.schedule.scheduler", every=timedelta(seconds=2))
def queue_due() -> None:
    scheduler.queue_due()


@jobs.periodic("publishing.renewals", every=timedelta(minutes=1))
def order_renewals() -> None:
    housekeeping.order_renewals()


@jobs.periodic("publishing.adrift", every=timedelta(minutes=1))
def pick_up_adrift() -> None:
    housekeeping.pick_up_adrift()


@jobs.periodic("publishing.cleaning", every=timedelta(hours=1))
def clean_up() -> None:
    housekeeping.clean_up()


@jobs.periodic("publishing.schedule.blocked", every=timedelta(hours=1))
def catch_up_planned() -> None:
    """Planned posts whose account changed while nobody could tell them."""
    blocked.catch_up()


@jobs.periodic("publishing.files.deliveries", every=timedelta(hours=1))
def clean_up_deliveries() -> None:
    """Delivery copies of targets that ended a week ago."""
    deliveries.clean_up()
