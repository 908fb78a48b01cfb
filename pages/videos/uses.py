"""Where a video is used: what was made from it, in words that lead to the newest."""

from dataclasses import dataclass

from django.urls import reverse

from core.actor import Actor
from core.formatting import counted
from flows.selectors import uses_of_video
from videos.models import Video

_MANY = {"strategy": "strategies", "script": "scripts", "edit": "edits", "post": "posts"}


@dataclass(frozen=True, slots=True)
class UseLink:
    """One kind of thing made from a video: how many, and the newest one's page. `step` is its place on the way."""

    step: str
    words: str
    url: str


def links_to_uses(actor: Actor, video: Video) -> list[UseLink]:
    """Strategies, scripts, edits and posts of a video."""
    return [
        UseLink(
            use.kind, counted(use.count, use.kind, _MANY[use.kind]), reverse(f"{use.kind}_detail", args=[use.newest])
        )
        for use in uses_of_video(actor, video)
    ]
