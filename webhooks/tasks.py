"""Jobs of webhooks; each calls one function."""

from datetime import timedelta

import jobs
from jobs import Again, Done, JobContext, Queue
from webhooks.services import deliveries, event_recording, sending


@jobs.handler(event_recording.RECORD, queue=Queue.DEFAULT)
def record(ctx: JobContext) -> Done:
    """Make events of news."""
    return Done(commit=lambda: event_recording.record(ctx.workspace_id, ctx.job_id, ctx.payload))


@jobs.handler(event_recording.DELIVER, queue=Queue.DEFAULT, on_ended=sending.ended)
def deliver(ctx: JobContext) -> Done | Again:
    """Send what is due for one endpoint."""
    return sending.run(ctx)


@jobs.periodic("webhooks.cleaning", every=timedelta(hours=6))
def clean_up() -> None:
    deliveries.clean_up()
