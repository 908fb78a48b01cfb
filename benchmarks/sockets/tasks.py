"""A job that does nothing but tell how far it is, as often as a render may."""

import time

import jobs
from benchmarks.sockets.kinds import KIND
from jobs import Done, JobContext, Queue


@jobs.handler(KIND, queue=Queue.DEFAULT)
def tell(ctx: JobContext) -> Done:
    """`payload`: `start_at` (Unix time) and for how many seconds to go on."""
    time.sleep(max(0.0, ctx.payload["start_at"] - time.time()))
    ends_at = ctx.payload["start_at"] + ctx.payload["seconds"]
    while (left := ends_at - time.time()) > 0:
        # Asked for more often than it is sent: four times a second is what the product makes of it.
        ctx.progress(99 - 99 * left / ctx.payload["seconds"], "Rendering")
        time.sleep(0.05)
    return Done()
