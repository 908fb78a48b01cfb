"""Queues in the API: weekly times, what waits in them and its order, and days without posts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.policy import Action
from accounts.selectors import timezone_of
from core import clock
from core.api import ActorViewSet, endpoint
from core.errors import ValidationFailed
from core.idempotency import idempotent
from core.serializers import PageQuery
from publishing.errors import PublishingError
from publishing.models import BlackoutDay, Queue
from publishing.posts.request_body import instant_of
from publishing.posts.serializers import PostSerializer, ScheduledAnswerSerializer
from publishing.posts.viewsets import scheduled
from publishing.queues import selectors as queues
from publishing.queues import serializers as shapes
from publishing.services import queued_posts
from publishing.services import queues as services

_WHOLE = timedelta(days=28)
_LONGEST = timedelta(days=366)


class QueueViewSet(ActorViewSet):
    """The queue of each account."""

    queryset = Queue.objects.none()
    serializer_class = shapes.QueueSerializer

    @endpoint(query=PageQuery, responses=shapes.QueueSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Every account that can post, with its weekly times, its next free one, and how many posts wait."""
        return self.paged(queues.account_queues(self.actor))

    @endpoint(responses=shapes.QueueSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One account's queue; without times yet, all its days are empty."""
        return Response(shapes.QueueSerializer(queues.account_queue(self.actor, pk)).data)

    @endpoint(request=shapes.QueueInputSerializer, responses=shapes.SetWeekAnswerSerializer)
    def update(self, request: Request, pk: UUID) -> Response:
        """Set an account's weekly times. What waits keeps its time unless `move` is true."""
        body = self.body
        _, moved = services.set_week(
            actor=self.actor, account_id=pk, week=shapes.week_from(body["times"]), zone=body.get("timezone", ""),
            version=body.get("version"), move=body["move"], seen=body.get("seen"),
        )  # fmt: skip
        found = queues.account_queue(self.actor, pk)
        return Response(shapes.SetWeekAnswerSerializer(found, context={"moved": moved}).data)

    @endpoint(request=shapes.PreviewInputSerializer, responses=shapes.RearrangementSerializer)
    def preview(self, request: Request, pk: UUID) -> Response:
        """What moving everything that waits to the first free times would do, also of other times. Changes nothing."""
        times = self.body.get("times")
        week = None if times is None else shapes.week_from(times)
        found = services.preview(actor=self.actor, account_id=pk, week=week, zone=self.body.get("timezone", ""))
        return Response(shapes.RearrangementSerializer(found).data)

    @endpoint(query=shapes.SlotsQuery, responses=shapes.SlotUsesSerializer)
    def slots(self, request: Request, pk: UUID) -> Response:
        """The times of an account's queue in (start, end], each free or with the post that goes out then."""
        zone = self.query.get("timezone") or timezone_of(self.actor)
        start = instant_of(self.query.get("start"), zone) or clock.now()
        end = instant_of(self.query.get("end"), zone) or start + _WHOLE
        if end - start > _LONGEST:
            sentence = f"Ask for at most {_LONGEST.days} days at once."
            raise ValidationFailed(PublishingError.DUE_TOO_FAR, sentence, fields={"end": [sentence]})
        return Response(shapes.SlotUsesSerializer({"items": queues.slot_uses(self.actor, pk, start, end)}).data)

    @endpoint(query=PageQuery, responses=shapes.QueuePlaceSerializer(many=True))
    def posts(self, request: Request, pk: UUID) -> Response:
        """What waits in an account's queue, soonest first."""
        queues.account_queue(self.actor, pk)
        return self.paged(queues.waiting(self.actor, pk), shapes.QueuePlaceSerializer)

    @endpoint(request=shapes.OrderSerializer, responses=shapes.MovedCountSerializer)
    def order(self, request: Request, pk: UUID) -> Response:
        """Let what waits go out in this order, at the same times. 409 when the queue is another one by now."""
        moved = queued_posts.reorder(actor=self.actor, account_id=pk, target_ids=self.body["target_ids"])
        return Response(shapes.MovedCountSerializer({"moved": moved}).data)

    @endpoint(request=shapes.ShuffleSerializer, responses=shapes.MovedCountSerializer)
    @idempotent
    def shuffle(self, request: Request, pk: UUID) -> Response:
        """Mix what waits over the same times."""
        moved = queued_posts.shuffle(actor=self.actor, account_id=pk, seed=self.body.get("seed"))
        return Response(shapes.MovedCountSerializer({"moved": moved}).data)

    @endpoint(responses=shapes.WaitingCountSerializer)
    def pause(self, request: Request, pk: UUID) -> Response:
        """Let nothing of the queue start until it is resumed. What is on its way goes on."""
        return Response(
            shapes.WaitingCountSerializer({"waiting": services.pause(actor=self.actor, account_id=pk)}).data
        )

    @endpoint(request=shapes.ResumeSerializer, responses=shapes.MovedCountSerializer)
    def resume(self, request: Request, pk: UUID) -> Response:
        """Let a paused queue go on. What became due meanwhile gets the next free times, never all at once."""
        moved = services.resume(actor=self.actor, account_id=pk, in_order=self.body["in_order"])
        return Response(shapes.MovedCountSerializer({"moved": moved}).data)

    @endpoint(request=shapes.SeenSerializer, responses=shapes.MovedCountSerializer)
    def rearrange(self, request: Request, pk: UUID) -> Response:
        """Move everything that waits to the first free times, in its order."""
        moved = services.rearrange(actor=self.actor, account_id=pk, seen=self.body.get("seen"))
        return Response(shapes.MovedCountSerializer({"moved": moved}).data)

    @endpoint(request=shapes.AddSerializer, responses=ScheduledAnswerSerializer)
    @idempotent
    def add(self, request: Request, pk: UUID) -> Response:
        """Schedule a post to each of its accounts at the account's own next free time."""
        found = queued_posts.add(
            actor=self.actor, post_id=pk, account_ids=self.body.get("account_ids") or None,
            accept_conflicts=self.body["accept_conflicts"],
        )  # fmt: skip
        return scheduled(found.post, list(found.notes), status.HTTP_200_OK)

    @endpoint(query=shapes.RemoveQuery, responses=PostSerializer)
    def remove(self, request: Request, pk: UUID) -> Response:
        """Take a post out of its queues: it is a draft again."""
        account_id = self.query.get("account_id")
        post = queued_posts.remove(actor=self.actor, post_id=pk, account_ids=[account_id] if account_id else None)
        return Response(PostSerializer(post).data)


class BlackoutViewSet(ActorViewSet):
    """Days on which queues give out no time."""

    queryset = BlackoutDay.objects.none()
    serializer_class = shapes.BlackoutSerializer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who may not plan is told so before the body is looked at."""
        super().initial(request, *args, **kwargs)
        policy.require(self.actor, Action.READ if request.method == "GET" else Action.PUBLISH)

    @endpoint(query=shapes.BlackoutQuery, responses=shapes.BlackoutSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Days without posts that are still to come."""
        return self.paged(queues.blackout_days(self.actor, self.query.get("account_id")))

    @endpoint(request=shapes.BlackoutInputSerializer, responses={201: shapes.BlackoutMadeSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Let queues give out no time on a day. What waits on it already keeps its time until it is rearranged."""
        row, waiting = services.black_out(
            actor=self.actor, day=self.body["day"], account_id=self.body.get("account_id"), note=self.body["note"]
        )
        shape = shapes.BlackoutMadeSerializer(row, context={"waiting": waiting})
        return Response(shape.data, status=status.HTTP_201_CREATED)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Let queues give out times on a day again."""
        services.lift(actor=self.actor, blackout_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
