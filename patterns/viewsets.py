"""The API of patterns, and of a single video, which is shown with them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api import ActorViewSet, endpoint
from core.errors import ValidationFailed
from patterns import selectors, services
from patterns.errors import PatternError
from patterns.models import Analysis, Pattern
from patterns.serializers import (
    AnalysisSerializer,
    AnalyzeSerializer,
    CompareFilterSerializer,
    ComparisonSerializer,
    NeighboursSerializer,
    PatternFilterSerializer,
    PatternSerializer,
    QueuedSerializer,
    VideoDetailSerializer,
)
from videos.services import library
from videos.viewsets import VideoViewSet

# Measured on two cores: start of the child and the job, then a share of the video's length.
_START_S, _PER_SECOND = 8.0, 0.35


def estimated_completion(duration_s: float | None) -> datetime:
    """When a measurement that starts now should be done."""
    return clock.now() + timedelta(seconds=_START_S + _PER_SECOND * (duration_s or 60))


class VideoDetailViewSet(VideoViewSet):
    """One video with its patterns."""

    @endpoint(responses=VideoDetailSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A video with its patterns."""
        video = library.get(self.actor, pk)
        context = {
            "patterns": selectors.patterns_of(self.actor, video_id=pk),
            "worth": selectors.level_scores(self.actor.workspace_id),
            "analysis": Analysis.objects.for_workspace(self.actor.workspace_id).filter(video=video).first(),
        }
        return Response(VideoDetailSerializer(video, context=context).data)

    @endpoint(responses=AnalysisSerializer)
    def analysis(self, request: Request, pk: UUID) -> Response:
        """All measured facts with their times, the meaning beside them, and what both replaced."""
        analysis = selectors.analysis_of(self.actor, pk)
        context = {"meaning": selectors.meaning_of(self.actor, pk), "former": selectors.former_of(self.actor, pk)}
        return Response(AnalysisSerializer(analysis, context=context).data)

    @endpoint(request=AnalyzeSerializer, responses={202: QueuedSerializer})
    def analyze(self, request: Request, pk: UUID) -> Response:
        """Measure a video, again if it was measured before; with `layer: meaning` only read its meaning again."""
        start = services.read_meaning if self.body["layer"] == "meaning" else services.analyze
        job = start(actor=self.actor, video_id=pk)
        video = library.get(self.actor, pk)
        body = {
            "task_id": job.pk,
            "status": "queued",
            "estimated_completion": estimated_completion(video.media.duration_s),
        }
        return Response(QueuedSerializer(body).data, status=202)

    @endpoint(responses=NeighboursSerializer)
    def similar(self, request: Request, pk: UUID) -> Response:
        """The workspace's videos that are built most like this one."""
        return Response(NeighboursSerializer({"items": selectors.similar(self.actor, pk)}).data)


class PatternViewSet(mixins.ListModelMixin, ActorViewSet):
    """Patterns of the workspace's videos."""

    serializer_class = PatternSerializer
    queryset = Pattern.objects.none()

    @cached_property
    def worth(self) -> Mapping[tuple[str, str], selectors.LevelScore]:
        """What each level is worth, read once for filter and answer."""
        return selectors.level_scores(self.actor.workspace_id, self.query.get("platform", ""))

    def get_queryset(self) -> QuerySet[Pattern]:
        return selectors.patterns_of(self.actor, worth=self.worth, **self.query)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "worth": self.worth}

    @endpoint(query=PatternFilterSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Patterns with the scores of the newest learning run."""
        return super().list(request, *args, **kwargs)

    @endpoint(query=CompareFilterSerializer, responses=ComparisonSerializer)
    def compare(self, request: Request) -> Response:
        """Two to five videos side by side."""
        asked = self.query["video_ids"]
        try:
            ids = [UUID(part.strip()) for part in asked.split(",") if part.strip()]
        except ValueError:
            raise ValidationFailed(PatternError.COMPARE_COUNT, "video_ids must be ids of videos.") from None
        return Response(ComparisonSerializer(selectors.compare(self.actor, ids)).data)
