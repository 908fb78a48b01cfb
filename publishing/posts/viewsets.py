"""The publishing API: shape only; services and selectors do the work."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import mixins, status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.policy import Action
from accounts.selectors import timezone_of
from ai.throttles import GenerateThrottled
from core import clock
from core.api import ActorViewSet, endpoint
from core.errors import ValidationFailed
from core.idempotency import idempotent, key_of
from core.serializers import PageQuery
from jobs.models import Job
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import Attempt, Post, PostTarget
from publishing.posts import input_serializers as inputs
from publishing.posts import preflight_serializers as advice
from publishing.posts import request_body
from publishing.posts import serializers as shapes
from publishing.schedule import queueing
from publishing.services import captions, posts, preflight, schedule, sending, targets
from publishing.services.posts import Content
from publishing.services.sending import At, Draft, Now, Sent, Timing
from publishing.states import PostState

ESTIMATE = timedelta(minutes=2)


def sent(post: Post) -> list[dict[str, Any]]:
    """Each account's share, short."""
    return [
        {
            "id": row.pk,
            "account_id": row.account_id,
            "platform": row.platform,
            "status": row.state,
            "scheduled_at": row.due_at,
            "wall_time": row.wall_time or None,
            "timezone": row.zone or None,
            "post_id": row.external_id or None,
            "url": row.permalink or None,
        }
        for row in post.targets.all()
    ]


def task_of(post: Post) -> UUID | None:
    """The job that moves the first account's share."""
    keys = [queueing.job_key(row.pk) for row in post.targets.all()]
    rows = Job.objects.for_workspace(post.workspace_id).filter(unique_key__in=keys)
    return rows.order_by("-created_at", "id").values_list("pk", flat=True).first()


def published(post: Post) -> Response:
    waits = post.state == PostState.NEEDS_APPROVAL
    body = {
        "id": post.pk,
        "task_id": task_of(post),
        "status": PostState.NEEDS_APPROVAL if waits else "queued",
        "estimated_completion": None if waits else clock.now() + ESTIMATE,
        "posts": sent(post),
    }
    return Response(shapes.PublishedSerializer(body).data, status=status.HTTP_202_ACCEPTED)


def scheduled(post: Post, notes: list[str], code: int) -> Response:
    shares = sent(post)
    first = min((share for share in shares if share["scheduled_at"]), key=lambda share: share["scheduled_at"])
    times = {name: first[name] for name in ("scheduled_at", "wall_time", "timezone")}
    answer = {"id": post.pk, **times, "status": post.state, "notes": notes, "posts": shares}
    return Response(shapes.ScheduledAnswerSerializer(answer).data, status=code)


def _timing(body: dict[str, Any]) -> At:
    return At(request_body.when_of(body), request_body.own_times(body), body["accept_conflicts"])


class PostViewSet(GenerateThrottled, mixins.ListModelMixin, ActorViewSet):
    """Posts and what became of them on each account."""

    serializer_class = shapes.PostSerializer
    queryset = Post.objects.none()
    generating = ("optimize",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who may not write is told so before the body is looked at."""
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            policy.require(self.actor, Action.WRITE)

    def get_queryset(self) -> QuerySet[Post]:
        wanted = {**self.query, "state": self.query["status"]}
        del wanted["status"]
        return selectors.filtered_posts(self.actor, **wanted)

    def _content(self, body: dict[str, Any]) -> Content:
        text = request_body.text_of(body) or ""
        media_ids = request_body.media_of(self.actor, body) or []
        wanted = request_body.targets_of(self.actor, body, text) or []
        if not media_ids and request_body.need_media(self.actor, wanted):
            sentence = "Name the file to post: media_ids, video_id or rendition_id."
            raise ValidationFailed(PublishingError.MEDIA_UNKNOWN, sentence, fields={"media_ids": [sentence]})
        return Content(text, media_ids, wanted, body.get("campaign", ""))

    def _send(self, timing: Timing) -> Sent:
        content = self._content(self.body)
        return sending.send(actor=self.actor, content=content, timing=timing, key=key_of(self.request))

    @endpoint(query=inputs.PostQuerySerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The workspace's posts, newest first."""
        return super().list(request, *args, **kwargs)

    @endpoint(request=inputs.PostInputSerializer, responses={201: shapes.PostSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Make a draft."""
        return Response(shapes.PostSerializer(self._send(Draft()).post).data, status=status.HTTP_201_CREATED)

    @endpoint(responses=shapes.PostSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One post."""
        return Response(shapes.PostSerializer(selectors.post(self.actor, pk)).data)

    @endpoint(request=inputs.PostChangeSerializer, responses=shapes.PostSerializer)
    def update(self, request: Request, pk: UUID) -> Response:
        """Change what has not gone out. 409 with the present version when somebody else was faster."""
        body, present = self.body, selectors.post(self.actor, pk)
        text = request_body.text_of(body, present.text)
        post = posts.update_post(
            actor=self.actor,
            post_id=pk,
            version=body.get("version"),
            text=text,
            media_ids=request_body.media_of(self.actor, body),
            targets=request_body.targets_of(self.actor, body, text or present.text, list(present.targets.all())),
            campaign=body.get("campaign"),
        )
        return Response(shapes.PostSerializer(post).data)

    @endpoint(responses={200: shapes.DeletedSerializer, 204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Cancel a scheduled post; remove our row of a published one, which stays live on its platform."""
        if not posts.delete_post(actor=self.actor, post_id=pk):
            return Response(status=status.HTTP_204_NO_CONTENT)
        message = "Removed here. What was published stays live on its platform; delete it there if you want it gone."
        return Response({"stays_live": True, "message": message})

    @endpoint(
        operation_id="posts_publish_new",
        request=inputs.PublishSerializer,
        responses={201: shapes.PostSerializer, 202: shapes.PublishedSerializer},
    )
    @idempotent
    def publish_new(self, request: Request) -> Response:
        """Make a post and send it now (`publish_now: false` makes a draft)."""
        if self.body["publish_now"]:
            return published(self._send(Now(self.body["once_approved"])).post)
        return Response(shapes.PostSerializer(self._send(Draft()).post).data, status=status.HTTP_201_CREATED)

    @endpoint(request=inputs.OnceApprovedSerializer, responses={202: shapes.PublishedSerializer})
    @idempotent
    def publish(self, request: Request, pk: UUID) -> Response:
        """Send a draft or a scheduled post now. 409 (`approval_required`) where it must be approved first."""
        wanted = self.body["once_approved"]
        return published(schedule.publish_now(actor=self.actor, post_id=pk, once_approved=wanted))

    @endpoint(
        operation_id="posts_schedule_new",
        request=inputs.ScheduleSerializer,
        responses={201: shapes.ScheduledAnswerSerializer},
    )
    @idempotent
    def schedule_new(self, request: Request) -> Response:
        """Make a post that goes out at a time."""
        found = self._send(_timing(self.body))
        return scheduled(found.post, found.notes, status.HTTP_201_CREATED)

    @endpoint(request=inputs.WhenSerializer, responses=shapes.ScheduledAnswerSerializer)
    @idempotent
    def schedule(self, request: Request, pk: UUID) -> Response:
        """Give a draft its time, or move a scheduled post."""
        timing = _timing(self.body)
        post, notes = schedule.schedule_post(
            actor=self.actor,
            post_id=pk,
            when=timing.when,
            per_account=timing.per_account,
            accept_conflicts=timing.accept_conflicts,
        )
        return scheduled(post, notes, status.HTTP_200_OK)

    @endpoint(responses=advice.PreviewsSerializer)
    def preview(self, request: Request, pk: UUID) -> Response:
        """How each share of a post would go out, and everything that stands in its way, at once. Sends nothing."""
        found = preflight.reports(self.actor, pk)
        body = {"ready": not any(report.problems for report in found), "targets": found}
        return Response(advice.PreviewsSerializer(body).data)

    @endpoint(request=advice.OptimizeSerializer, responses=advice.ProposalsSerializer)
    def optimize(self, request: Request, pk: UUID) -> Response:
        """How the text could read on each account's platform. Changes nothing: PATCH the post with what you like."""
        found = captions.optimize(actor=self.actor, post_id=pk, **self.body)
        return Response(advice.ProposalsSerializer({"items": found}).data)

    @endpoint(responses=advice.AllLimitsSerializer)
    def limits(self, request: Request) -> Response:
        """What each platform allows, with unit, source and date."""
        return Response(advice.AllLimitsSerializer({"items": preflight.limits()}).data)

    @endpoint(query=inputs.ScheduledFilterSerializer, responses=shapes.ScheduledSerializer(many=True))
    def scheduled(self, request: Request) -> Response:
        """What is still to come, soonest first, in [start, end)."""
        zone = self.query.get("timezone") or timezone_of(self.actor)
        rows = selectors.scheduled(
            self.actor,
            start=request_body.instant_of(self.query.get("start"), zone),
            end=request_body.instant_of(self.query.get("end"), zone),
            platform=self.query["platform"],
        )
        return self.paged(rows, shapes.ScheduledSerializer)

    @endpoint(query=PageQuery, responses=shapes.AttemptSerializer(many=True))
    def attempts(self, request: Request, pk: UUID) -> Response:
        """The receipt of every outside call for this post, oldest first."""
        rows: QuerySet[Attempt] = selectors.attempts(self.actor, selectors.post(self.actor, pk).pk)
        return self.paged(rows, shapes.AttemptSerializer)

    def _target(self, row: PostTarget) -> Response:
        return Response(shapes.TargetSerializer(row).data)

    @endpoint(responses=shapes.TargetSerializer)
    def retry(self, request: Request, pk: UUID, target_id: UUID) -> Response:
        """Try one account again now."""
        return self._target(targets.retry(actor=self.actor, post_id=pk, target_id=target_id))

    @endpoint(responses=shapes.RetriedSerializer)
    def retry_all(self, request: Request) -> Response:
        """Try everything again that is parked, waits to be tried again, or failed lately for no reason of its own."""
        return Response({"retried": targets.retry_all(actor=self.actor)})

    @endpoint(responses=shapes.TargetSerializer)
    def cancel(self, request: Request, pk: UUID, target_id: UUID) -> Response:
        """Stop one account. 409 once it may be live."""
        return self._target(targets.cancel(actor=self.actor, post_id=pk, target_id=target_id))

    @endpoint(request=inputs.ResolveSerializer, responses=shapes.TargetSerializer)
    def resolve(self, request: Request, pk: UUID, target_id: UUID) -> Response:
        """Answer whether an unconfirmed post is live: with its `url`, or `"live": false` to send it again."""
        body = self.body
        if body["live"]:
            link = body.get("url", "")
            return self._target(targets.resolve_live(actor=self.actor, post_id=pk, target_id=target_id, link=link))
        return self._target(targets.resolve_not_live(actor=self.actor, post_id=pk, target_id=target_id))
