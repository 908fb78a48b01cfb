"""The job and the periodic action of each kind of document."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ai.errors import AiError
from core.errors import NotFound, Throttled, Unavailable
from documents.kinds import DocumentType
from documents.services import making, trash
from jobs.context import JobContext
from jobs.outcomes import Done, Ended, Transient
from jobs.registry import handler, periodic


def register(kind: DocumentType[Any, Any, Any]) -> tuple[Callable[[JobContext], Done], Callable[[], None]]:
    """Register what makes documents of a kind and what empties its trash; called in the app's `tasks`."""

    def failed(ended: Ended) -> None:
        making.fail(kind, ended.subject_id, ended.message)

    @handler(kind.job_kind, on_ended=failed)
    def generate(ctx: JobContext) -> Done:
        """Ask the model for a document or one of its sections; the version goes live with the job's end."""
        document = kind.objects.for_workspace(ctx.workspace_id).alive().filter(pk=ctx.subject_id).first()
        if document is None:
            raise NotFound(f"{kind.name}_gone", f"The {kind.name} was deleted before it was made.")
        section, expected = str(ctx.payload.get("section", "")), int(ctx.payload.get("version", 0))
        if document.version != expected:
            return Done({f"{kind.name}_id": str(document.pk), "version": document.version})
        ctx.progress(10, kind.stage)
        try:
            request, answer = making.ask(kind, ctx.actor, document, section=section)
        except Throttled as error:
            raise Transient(error.message, code=error.code, after=timedelta(seconds=error.retry_after_s)) from error
        except Unavailable as error:
            if error.code == AiError.UNAVAILABLE:
                raise Transient(error.message, code=error.code) from error
            raise
        ctx.progress(95, "Saving")

        def commit() -> dict[str, object]:
            version = making.store(kind, ctx.actor, document, request, answer, section=section, expected=expected)
            return {f"{kind.name}_id": str(document.pk), "version": version.number}

        return Done(commit=commit)

    @periodic(f"{kind.model._meta.app_label}.empty_trash", every=timedelta(hours=6))
    def empty_trash() -> None:
        """Erase what has been in the trash for 30 days."""
        trash.empty(kind)

    return generate, empty_trash
