"""The calendar in the API: what stands in it, moving it, taking a move back, and the address for other calendars."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import timezone_of
from core import clock
from core.api import ActorViewSet, endpoint
from core.errors import NotFound, ValidationFailed
from publishing.calendar import feeds
from publishing.calendar import selectors as calendar
from publishing.calendar import serializers as shapes
from publishing.calendar.selectors import Filters
from publishing.errors import PublishingError
from publishing.models import Post
from publishing.posts.request_body import instant_of
from publishing.posts.serializers import PostSerializer
from publishing.services import moving

_WHOLE = timedelta(days=31)
_LONGEST = timedelta(days=400)


class CalendarViewSet(ActorViewSet):
    """The calendar of posts."""

    queryset = Post.objects.none()
    serializer_class = shapes.EntrySerializer

    @endpoint(query=shapes.CalendarQuery, responses=shapes.EntrySerializer(many=True))
    def list(self, request: Request) -> Response:
        """What goes out and went out in [start, end), soonest first: each post at each of its times."""
        zone = self.query.get("timezone") or timezone_of(self.actor)
        start = instant_of(self.query.get("start"), zone) or clock.now()
        end = instant_of(self.query.get("end"), zone) or start + _WHOLE
        if end - start > _LONGEST:
            sentence = f"A calendar shows at most {_LONGEST.days} days at once. Ask for a shorter stretch."
            raise ValidationFailed(PublishingError.DUE_TOO_FAR, sentence, fields={"end": [sentence]})
        filters = Filters(
            accounts=frozenset(self.query["account_ids"]),
            platforms=frozenset(self.query["platforms"]),
            groups=frozenset(self.query["statuses"]),
            campaigns=frozenset(self.query["campaigns"]),
        )
        page: Any = self.paginate_queryset(calendar.places(self.actor, start, end, filters))
        entries: Any = calendar.entries(self.actor, page, filters)
        shape = shapes.EntrySerializer(entries, many=True, context={"zone": zone})
        return self.get_paginated_response(shape.data)

    @endpoint(request=shapes.MoveSerializer, responses=shapes.MovedSerializer)
    def move(self, request: Request, pk: UUID) -> Response:
        """Give everything of a post that goes out at `scheduled_at` another day, or time.

        Without `time` the clock time stays. 409 when somebody moved it meanwhile, or when it has begun to go out.
        """
        body = self.body
        zone = body.get("timezone") or timezone_of(self.actor)
        seen = instant_of(body["scheduled_at"], zone)
        if seen is None:
            raise NotFound
        moved = moving.move_entry(
            actor=self.actor, post_id=pk, seen=seen, to=body["date"], at=body.get("time"), zone=zone,
            accept_conflicts=body["accept_conflicts"],
        )  # fmt: skip
        return Response(shapes.MovedSerializer(moved).data)

    @endpoint(request=shapes.UndoSerializer, responses=PostSerializer)
    def undo(self, request: Request) -> Response:
        """Take a move back by its key, within ten minutes, unless the post was changed since."""
        return Response(PostSerializer(moving.undo(actor=self.actor, key=self.body["key"])).data)

    @endpoint(responses=shapes.FeedSerializer)
    def feed(self, request: Request) -> Response:
        """The address for other calendars. 404 while there is none."""
        found = feeds.of_workspace(self.actor)
        if found is None:
            raise NotFound
        return Response(shapes.FeedSerializer(found).data)

    @endpoint(responses={201: shapes.FeedSerializer})
    def renew_feed(self, request: Request) -> Response:
        """Make an address; a former one answers no more."""
        return Response(shapes.FeedSerializer(feeds.renew(actor=self.actor)).data, status=status.HTTP_201_CREATED)

    @endpoint(responses={204: None})
    def revoke_feed(self, request: Request) -> Response:
        """Let the address answer no more."""
        feeds.revoke(actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
