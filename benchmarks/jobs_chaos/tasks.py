"""The kinds of job of a chaos run: plain, waiting in between, failing once, with a child process."""

import os
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from benchmarks.jobs_chaos.models import Effect
from core import clock
from jobs import Again, Done, JobContext, Queue, Transient, handler

CHILD = Path(__file__).with_name("child.py")


def _effect(ctx: JobContext) -> Done:
    def commit() -> None:
        Effect.objects.create(job_id=ctx.job_id, pid=os.getpid(), at=clock.now())

    return Done(commit=commit)


def _take_time() -> None:
    time.sleep(random.uniform(*settings.EFFECT_S))


@handler("chaos.plain")
def plain(ctx: JobContext) -> Done:
    """Takes a moment, then has its effect."""
    _take_time()
    ctx.progress(50, "half")
    return _effect(ctx)


@handler("chaos.waiting", queue=Queue.PUBLISH)
def waiting(ctx: JobContext) -> Done | Again:
    """Waits once without a worker, as publishing does while a platform works."""
    _take_time()
    if not ctx.checkpoint:
        ctx.save_checkpoint({"asked": True})
        return Again(timedelta(seconds=0.5))
    return _effect(ctx)


@handler("chaos.failing")
def failing(ctx: JobContext) -> Done:
    """Fails once in a way that heals."""
    _take_time()
    if not ctx.checkpoint:
        ctx.save_checkpoint({"failed": True})
        raise Transient("The first try always fails.", after=timedelta(seconds=0.5))
    return _effect(ctx)


@handler("chaos.render", queue=Queue.MEDIA)
def render(ctx: JobContext) -> Done:
    """A child process that takes minutes at first, and a moment when somebody shortened it meanwhile."""
    ctx.run_child([sys.executable, "-S", str(CHILD), "0.1" if "short" in ctx.checkpoint else "120"])
    return _effect(ctx)


@handler("chaos.child", queue=Queue.MEDIA)
def child(ctx: JobContext) -> Done:
    """Lets a child process do the work, as a render does."""
    lines: list[dict[str, object]] = []
    ctx.run_child([sys.executable, "-S", str(CHILD), "0.2"], on_line=lines.append)
    if lines != [{"done": True}]:
        raise RuntimeError(f"The child said {lines}.")
    return _effect(ctx)
