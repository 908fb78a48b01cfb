"""Recurring posts in the API: rules, and the posts that they have made."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.policy import Action
from accounts.selectors import timezone_of
from core import clock
from core.api import ActorViewSet, endpoint
from core.idempotency import idempotent
from core.serializers import PageQuery
from publishing import selectors
from publishing.models import RecurringPost
from publishing.recurring import serializers as shapes
from publishing.schedule import recurring as reading
from publishing.schedule import walltime
from publishing.schedule.recurrence import Pattern
from publishing.services import recurring
from publishing.services.recurring import Changed


class RecurringViewSet(ActorViewSet):
    """Posts that come again."""

    queryset = RecurringPost.objects.none()
    serializer_class = shapes.RecurringPostSerializer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who may not plan posts is told so before the body is looked at."""
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            policy.require(self.actor, Action.PUBLISH)

    def _pattern(self, present: Pattern | None = None) -> Pattern | None:
        zone = self.body.get("timezone") or (present.zone if present else timezone_of(self.actor))
        return shapes.pattern_of(self.body, zone, walltime.to_wall(clock.now(), zone).date(), present)

    @staticmethod
    def _changed(found: Changed, code: int = status.HTTP_200_OK) -> Response:
        return Response(shapes.RecurringChangedSerializer(found).data, status=code)

    @endpoint(query=shapes.RecurringQuery, responses=shapes.RecurringPostSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The workspace's rules, newest first."""
        rows = reading.rules(self.actor, state=self.query["status"])
        return self.paged(rows, shapes.RecurringPostSerializer)

    @endpoint(request=shapes.RecurringCreateSerializer, responses={201: shapes.RecurringChangedSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Repeat a post by a rule. Each time is a post of its own, made 30 days ahead; the first one now."""
        body, pattern = self.body, self._pattern()
        texts = body.get("texts") or [selectors.post(self.actor, body["post_id"]).text]
        if pattern is None:
            raise ValueError("A new rule always has a pattern.")
        found = recurring.create(actor=self.actor, post_id=body["post_id"], pattern=pattern, texts=texts)
        return self._changed(found, status.HTTP_201_CREATED)

    @endpoint(responses=shapes.RecurringPostSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One rule."""
        return Response(shapes.RecurringPostSerializer(reading.rule(self.actor, pk)).data)

    @endpoint(request=shapes.RecurringChangeSerializer, responses=shapes.RecurringChangedSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a rule and its posts that are still to come. 409 when somebody saved since `version`."""
        body = self.body
        found = recurring.update(
            actor=self.actor,
            rule_id=pk,
            version=body["version"],
            pattern=self._pattern(Pattern.of(reading.rule(self.actor, pk))),
            texts=body.get("texts"),
            post_id=body.get("post_id"),
        )
        return self._changed(found)

    @endpoint(request=shapes.RecurringStopSerializer, responses=shapes.RecurringChangedSerializer)
    def stop(self, request: Request, pk: UUID) -> Response:
        """Make no more posts. What is planned is deleted, or still goes out with `keep_planned`."""
        found = recurring.stop(actor=self.actor, rule_id=pk, keep_planned=self.body["keep_planned"])
        return self._changed(found)

    @endpoint(query=PageQuery, responses=shapes.OccurrenceSerializer(many=True))
    def occurrences(self, request: Request, pk: UUID) -> Response:
        """The times of a rule with their posts, latest first: what is planned, and what went out."""
        rule = reading.rule(self.actor, pk)
        return self.paged(reading.occurrences(self.actor, rule.pk), shapes.OccurrenceSerializer)
