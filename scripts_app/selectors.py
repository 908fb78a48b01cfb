"""Reads of scripts."""

from functools import partial
from typing import Final
from uuid import UUID

from django.db.models import QuerySet, Subquery

from core.actor import Actor
from documents import selectors
from documents.selectors import versions
from platforms import canonical
from scripts_app.document import SCRIPT, Shown
from scripts_app.models import Script
from strategies import selectors as strategies
from videos.models import Video

__all__ = ["Shown", "around", "export", "script", "scripts", "shown", "variations", "versions"]

script: Final = partial(selectors.document, SCRIPT)
shown: Final = partial(selectors.shown, SCRIPT)
export: Final = partial(selectors.export, SCRIPT)


def scripts(actor: Actor, *, search: str = "", platform: str = "", status: str = "") -> QuerySet[Script]:
    """The workspace's scripts that are not deleted, newest first."""
    rows = selectors.documents(SCRIPT, actor, search=search, status=status).select_related("video")
    if platform:
        rows = rows.filter(platform=canonical(platform))
    return rows.order_by("-created_at", "variation", "-id")


def variations(actor: Actor, of: Script) -> QuerySet[Script]:
    """The other variations of the same concept."""
    rows: QuerySet[Script] = Script.objects.for_workspace(actor.workspace_id).alive()
    return rows.filter(group_id=of.group_id).exclude(pk=of.pk).defer("inputs", "search").order_by("variation", "id")


def around(actor: Actor, shown: strategies.Shown) -> tuple[Video | None, UUID | None]:
    """The newest video that a strategy was made from, and the newest script made from it."""
    strategy = shown.strategy
    scripts_of = Script.objects.for_workspace(actor.workspace_id).alive().filter(strategy=strategy)
    newest = scripts_of.order_by("-created_at", "-id").values("pk")[:1]
    video = None
    if shown.request is None or shown.request.videos:
        videos = strategy.videos.filter(deleted_at__isnull=True).annotate(newest_script=Subquery(newest))
        video = videos.order_by("-created_at", "-id").first()
    if video is None:
        return None, newest.values_list("pk", flat=True).first()
    return video, video.newest_script
