"""Many posts at once in the API: one change to chosen posts, and taking it back."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.policy import Action
from core.api import ActorViewSet, endpoint
from core.idempotency import idempotent, key_of
from publishing.bulk import serializers as shapes
from publishing.models import Post
from publishing.services import bulk


class BulkViewSet(ActorViewSet):
    """Changes to many posts."""

    queryset = Post.objects.none()
    serializer_class = shapes.BulkResultsSerializer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who may not write is told so before the body is looked at."""
        super().initial(request, *args, **kwargs)
        policy.require(self.actor, Action.WRITE)

    @endpoint(request=shapes.BulkSerializer, responses=shapes.BulkResultsSerializer)
    @idempotent
    def apply(self, request: Request) -> Response:
        """Move, unschedule, duplicate, delete or name the campaign of up to 500 posts.

        Each post for itself: one that is refused says why in `items`, and stops nothing else.
        """
        found = bulk.apply(
            actor=self.actor,
            post_ids=self.body["post_ids"],
            change=shapes.change_of(self.body),
            key=key_of(self.request),
        )
        return Response(shapes.BulkResultsSerializer(found).data)

    @endpoint(request=shapes.BulkUndoSerializer, responses=shapes.BulkResultsSerializer)
    def undo(self, request: Request) -> Response:
        """Take a change back by its key, within ten minutes. What was changed since is left as it is."""
        return Response(shapes.BulkResultsSerializer(bulk.undo(actor=self.actor, key=self.body["key"])).data)
