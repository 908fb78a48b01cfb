"""Job handlers of strategies."""

from datetime import timedelta

from ai.errors import AiError
from core import clock
from core.errors import NotFound, Throttled, Unavailable
from jobs.context import JobContext
from jobs.outcomes import Done, Ended, Transient
from jobs.registry import handler, periodic
from strategies.models import Strategy
from strategies.services import making

_TRASH_DAYS = 30


def _ended(ended: Ended) -> None:
    making.fail(ended.subject_id, ended.message)


@handler(making.KIND, on_ended=_ended)
def generate(ctx: JobContext) -> Done:
    """Ask the model for a strategy or one of its sections; the version goes live with the job's end."""
    strategy = Strategy.objects.for_workspace(ctx.workspace_id).alive().filter(pk=ctx.subject_id).first()
    if strategy is None:
        raise NotFound("strategy_gone", "The strategy was deleted before it was made.")
    section, expected = str(ctx.payload.get("section", "")), int(ctx.payload.get("version", 0))
    if strategy.version != expected:
        return Done({"strategy_id": str(strategy.pk), "version": strategy.version})
    ctx.progress(10, "Reading the measurements")
    try:
        request, answer = making.ask(ctx.actor, strategy, section=section)
    except Throttled as error:
        raise Transient(error.message, code=error.code, after=timedelta(seconds=error.retry_after_s)) from error
    except Unavailable as error:
        if error.code == AiError.UNAVAILABLE:
            raise Transient(error.message, code=error.code) from error
        raise
    ctx.progress(95, "Saving")

    def commit() -> dict[str, object]:
        version = making.store(ctx.actor, strategy, request, answer, section=section, expected=expected)
        return {"strategy_id": str(strategy.pk), "version": version.number}

    return Done(commit=commit)


@periodic("strategies.empty_trash", every=timedelta(hours=6))
def empty_trash() -> None:
    """Erase what has been in the trash for 30 days."""
    Strategy.objects.filter(deleted_at__lt=clock.now() - timedelta(days=_TRASH_DAYS)).delete()
