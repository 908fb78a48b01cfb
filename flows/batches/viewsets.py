"""Posts from many videos in the API."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.policy import Action
from accounts.selectors import timezone_of
from core import clock
from core.actor import Actor
from core.api import ActorView, endpoint
from core.idempotency import idempotent, key_of
from flows.batches import planning, writing
from flows.batches import serializers as shapes
from flows.batches.planning import Batch, Wording
from flows.batches.times import EVERY_DAY, Pattern
from flows.batches.writing import CheckedRow
from flows.spreadsheets.writing import Written
from platforms import canonical
from publishing import selectors as publishing
from publishing.posts import sources
from publishing.schedule import walltime


class FromVideos(ActorView):
    """A post of each of many videos."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who may not write is told so before the body is looked at."""
        super().initial(request, *args, **kwargs)
        policy.require(self.actor, Action.WRITE)

    @endpoint(
        request=shapes.FromVideosSerializer,
        responses={200: shapes.FromVideosAnswerSerializer, 201: shapes.FromVideosAnswerSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Schedule a post of each video at the next times of a pattern.

        With something in the way of any of them nothing is made (400, all of it in `details.mistakes`), unless
        `only_right` is set. Each post is made for itself; a call with the same Idempotency-Key makes none twice.
        """
        body = self.body
        pattern = _pattern(self.actor, body["pattern"])
        accounts = [*body.get("account_ids", ())]
        accounts += [row.pk for row in publishing.pick_accounts(self.actor, body.get("platforms", ()))]
        wording = Wording(body.get("content", ""), body.get("template_id"), body.get("variables", {}), body["optimize"])
        options = {
            **planning.template_options(self.actor, wording),
            **{canonical(name): given for name, given in body.get("platform_options", {}).items()},
        }
        batch = Batch(accounts, options, body.get("campaign", ""))
        items = planning.plan(
            actor=self.actor, media_ids=_media(self.actor, body), batch=batch, pattern=pattern, wording=wording
        )
        rows = writing.check(actor=self.actor, items=items, batch=batch)
        mistakes = [mistake for row in rows for mistake in row.mistakes]
        if body["dry_run"]:
            return Response(_told(pattern.zone, rows, Written((), (), mistakes, ""), dry_run=True))
        written = writing.write(actor=self.actor, rows=rows, key=key_of(self.request), only_right=body["only_right"])
        code = status.HTTP_201_CREATED if written.made else status.HTTP_200_OK
        return Response(_told(pattern.zone, rows, written, dry_run=False), status=code)


def _media(actor: Actor, body: dict[str, Any]) -> list[UUID]:
    files = [sources.file_of(actor, "video_id", key) for key in body.get("video_ids", ())]
    files += [sources.file_of(actor, "rendition_id", key) for key in body.get("rendition_ids", ())]
    return [*files, *body.get("media_ids", ())]


def _pattern(actor: Actor, given: dict[str, Any]) -> Pattern:
    zone = given.get("timezone") or timezone_of(actor)
    days = frozenset(shapes.DAYS.index(day) for day in given.get("weekdays", ())) or EVERY_DAY
    starts_on = given.get("starts_on") or walltime.to_wall(clock.now(), zone).date()
    return Pattern(zone, starts_on, tuple(given["times"]), days, given.get("every_hours", 0))


def _told(zone: str, rows: Sequence[CheckedRow], written: Written, *, dry_run: bool) -> Any:
    made = dict(written.made)
    answer = {
        "dry_run": dry_run,
        "timezone": zone,
        "made": len(made),
        "mistakes": written.left,
        "items": [
            {
                "row": row.number,
                "media_id": row.item.media_id,
                "scheduled_at": row.at,
                "wall_time": f"{walltime.to_wall(row.at, zone):%Y-%m-%dT%H:%M}" if row.at else "",
                "content": row.item.text,
                "own": dict(row.item.own),
                "notes": row.notes,
                "post_id": made.get(row.number),
            }
            for row in rows
        ],
        "undo": written.undo,
    }
    return shapes.FromVideosAnswerSerializer(answer).data
