"""Job handlers of scripts."""

from datetime import timedelta

from ai.errors import AiError
from core import clock
from core.errors import NotFound, Throttled, Unavailable
from jobs.context import JobContext
from jobs.outcomes import Done, Ended, Transient
from jobs.registry import handler, periodic
from scripts_app.models import Script
from scripts_app.services import making

_TRASH_DAYS = 30


def _ended(ended: Ended) -> None:
    making.fail(ended.subject_id, ended.message)


@handler(making.KIND, on_ended=_ended)
def generate(ctx: JobContext) -> Done:
    """Ask the model for a script; the version goes live with the job's end."""
    script = Script.objects.for_workspace(ctx.workspace_id).alive().filter(pk=ctx.subject_id).first()
    if script is None:
        raise NotFound("script_gone", "The script was deleted before it was made.")
    if script.version:
        return Done({"script_id": str(script.pk), "version": script.version})
    ctx.progress(10, "Writing")
    try:
        request, answer = making.ask(ctx.actor, script)
    except Throttled as error:
        raise Transient(error.message, code=error.code, after=timedelta(seconds=error.retry_after_s)) from error
    except Unavailable as error:
        if error.code == AiError.UNAVAILABLE:
            raise Transient(error.message, code=error.code) from error
        raise

    def commit() -> dict[str, object]:
        version = making.store(ctx.actor, script, request, answer)
        return {"script_id": str(script.pk), "version": version.number}

    return Done(commit=commit)


@periodic("scripts.empty_trash", every=timedelta(hours=6))
def empty_trash() -> None:
    """Erase what has been in the trash for 30 days."""
    Script.objects.filter(deleted_at__lt=clock.now() - timedelta(days=_TRASH_DAYS)).delete()
