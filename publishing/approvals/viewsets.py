"""Approvals in the API: the rules, requests, decisions and remarks; services and selectors do the work."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ActorViewSet, endpoint
from core.idempotency import idempotent
from publishing.approvals import comments, decisions, people, requests, rules, selectors
from publishing.approvals import serializers as shapes
from publishing.models import ApprovalRequest


class ApprovalViewSet(ActorViewSet):
    """Posts that are approved before they go out."""

    queryset = ApprovalRequest.objects.none()
    serializer_class = shapes.ApprovalSerializer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who only looks is told so before the body is looked at."""
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            people.require_any_part(self.actor, rules.of(self.actor.workspace_id))

    def _one(self, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
        found = selectors.request(self.actor, pk)
        return Response(shapes.ApprovalDetailSerializer(found, context={"actor": self.actor}).data, status=code)

    @endpoint(responses=shapes.PolicySerializer)
    def rules(self, request: Request) -> Response:
        """Whether posts are approved before they go out, by whom and by when."""
        return Response(shapes.PolicySerializer(rules.read(self.actor)).data)

    @endpoint(request=shapes.PolicyChangeSerializer, responses=shapes.PolicySerializer)
    def change_rules(self, request: Request) -> Response:
        """Change what is given. 409 with the present rules when somebody saved since `version`."""
        changes: dict[str, Any] = dict(self.body)
        found = rules.change(actor=self.actor, version=changes.pop("version"), changes=changes)
        return Response(shapes.PolicySerializer(found).data)

    @endpoint(query=shapes.ApprovalQuery, responses=shapes.ApprovalSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Requests, newest first: all, those that wait for you (`view=waiting`), or those you sent (`view=sent`)."""
        wanted = self.query
        rows = selectors.requests(
            self.actor, view=wanted["view"], state=wanted["state"], post_id=wanted["post_id"]
        ).defer("snapshot", "digests")
        return self.paged(rows, shapes.ApprovalSerializer)

    @endpoint(responses=shapes.ApprovalDetailSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One request: what would be sent to each account, and everything said of it."""
        return self._one(pk)

    @endpoint(request=shapes.SubmitSerializer, responses={201: shapes.ApprovalDetailSerializer})
    @idempotent
    def submit(self, request: Request, pk: UUID) -> Response:
        """Send a post for approval as it is now. Sent already and unchanged, it is the same request."""
        made = requests.submit(actor=self.actor, post_id=pk, note=self.body["note"])
        return self._one(made.pk, status.HTTP_201_CREATED)

    @endpoint(request=shapes.ApproveSerializer, responses=shapes.ApprovalDetailSerializer)
    @idempotent
    def approve(self, request: Request, pk: UUID) -> Response:
        """Approve at the level whose turn it is. After the last one the post goes out as it was planned."""
        decisions.approve(actor=self.actor, request_id=pk, text=self.body["text"])
        return self._one(pk)

    @endpoint(request=shapes.ChangesSerializer, responses=shapes.ApprovalDetailSerializer)
    @idempotent
    def request_changes(self, request: Request, pk: UUID) -> Response:
        """Ask for changes. An approval is taken back by it, as long as the post has not begun to go out."""
        decisions.request_changes(actor=self.actor, request_id=pk, text=self.body["text"])
        return self._one(pk)

    @endpoint(responses=shapes.ApprovalDetailSerializer)
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Take a request back. What waited for it is a draft again."""
        requests.withdraw(actor=self.actor, request_id=pk)
        return self._one(pk)

    @endpoint(request=shapes.CommentInputSerializer, responses={201: shapes.CommentSerializer})
    @idempotent
    def comment(self, request: Request, pk: UUID) -> Response:
        """Remark on a request: on all of it, at a field of a share, or at a second of the video."""
        made = comments.add(actor=self.actor, request_id=pk, **self.body)
        return Response(shapes.CommentSerializer(made).data, status=status.HTTP_201_CREATED)

    @endpoint(request=shapes.ResolvedSerializer, responses=shapes.CommentSerializer)
    def resolve(self, request: Request, pk: UUID) -> Response:
        """Say that a remark is dealt with, or (`resolved: false`) that it is not."""
        made = comments.resolve(actor=self.actor, comment_id=pk, resolved=self.body["resolved"])
        return Response(shapes.CommentSerializer(made).data)
