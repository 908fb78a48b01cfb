"""Job kinds and periodic actions of analytics."""

from datetime import timedelta

from analytics.services import score_refit, snapshots
from core.errors import NotFound
from jobs import Done, JobContext, Queue, handler, periodic


@handler("analytics.follow", queue=Queue.DEFAULT)
def follow(ctx: JobContext) -> Done:
    return Done(commit=lambda: snapshots.follow(workspace_id=ctx.workspace_id, target_id=ctx.subject_id))


@handler("analytics.fetch", queue=Queue.DEFAULT)
def fetch(ctx: JobContext) -> Done:
    try:
        taken = snapshots.fetch(workspace_id=ctx.workspace_id, target_id=ctx.subject_id)
    except NotFound:
        return Done(result={"gone": True})
    return Done(result=taken.result, commit=taken.keep)


@handler("analytics.learn", queue=Queue.DEFAULT)
def learn(ctx: JobContext) -> Done:
    fitted = score_refit.fit_workspace(workspace_id=ctx.workspace_id)
    return Done(result={"platforms": [run.platform for run in fitted]}, commit=lambda: score_refit.keep(fitted))


@handler("analytics.followers", queue=Queue.DEFAULT)
def followers(ctx: JobContext) -> Done:
    counted = snapshots.count_followers(workspace_id=ctx.workspace_id, account_id=ctx.subject_id)
    return Done(commit=counted)


@periodic("analytics.collect", every=timedelta(seconds=10))
def collect() -> None:
    snapshots.enqueue_due()


@periodic("analytics.followers", every=timedelta(hours=6))
def count_followers() -> None:
    snapshots.enqueue_follower_counts()


@periodic("analytics.thin", every=timedelta(days=1))
def thin() -> None:
    snapshots.forget_gone()
