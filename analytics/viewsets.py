"""The analytics API: shape only; selectors do the reading."""

import csv
import io
from tempfile import TemporaryFile
from uuid import UUID

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import timezone_of
from analytics.selectors import best, dashboard, posts, totals
from analytics.serializers import (
    BestFilterSerializer,
    BestSerializer,
    CurveSerializer,
    DashboardSerializer,
    PeriodSerializer,
    ScoreQuerySerializer,
    ScoreSerializer,
    TotalsSerializer,
    VideoNumbersSerializer,
)
from analytics.services import snapshots
from core.actor import Actor
from core.api import ActorView, endpoint
from core.errors import NotFound
from core.spreadsheets import harmless
from core.streaming import FilePiecesResponse
from platforms import canonical
from publishing.models import PostTarget


class AnalyticsView(ActorView):
    """An endpoint of analytics."""

    def asked(self) -> tuple[totals.Period, str]:
        """The period (in the named time zone, else the person's) and the platform of a query."""
        zone = self.query.get("timezone") or timezone_of(self.actor)
        period = totals.period(self.query.get("start_date"), self.query.get("end_date"), zone=zone)
        return period, canonical(self.query.get("platform", ""))


class Dashboard(AnalyticsView):
    @endpoint(query=PeriodSerializer, responses=DashboardSerializer)
    def get(self, request: Request) -> Response:
        """Totals of a period, the period before, platforms and top posts."""
        asked, platform = self.asked()
        return Response(DashboardSerializer(dashboard.dashboard(self.actor.workspace_id, asked, platform)).data)


class Overview(AnalyticsView):
    @endpoint(query=PeriodSerializer, responses=TotalsSerializer)
    def get(self, request: Request) -> Response:
        """Totals of a period."""
        asked, platform = self.asked()
        return Response(TotalsSerializer(totals.totals_in(self.actor.workspace_id, asked, platform)).data)


class Platforms(AnalyticsView):
    @endpoint(query=PeriodSerializer, responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """Totals of a period, by platform."""
        asked, platform = self.asked()
        found = totals.platforms_in(self.actor.workspace_id, asked, platform)
        return Response({name: TotalsSerializer(total).data for name, total in found.items()})


class VideoNumbers(AnalyticsView):
    @endpoint(responses=VideoNumbersSerializer)
    def get(self, request: Request, video_id: UUID) -> Response:
        """What the posts of a video brought, by platform."""
        return Response(VideoNumbersSerializer(posts.of_video(self.actor.workspace_id, video_id)).data)


class PostNumbers(AnalyticsView):
    @endpoint(responses=CurveSerializer(many=True))
    def get(self, request: Request, post_id: UUID) -> Response:
        """A post's numbers over time, one curve per account."""
        get_post(self.actor, post_id)
        return Response(CurveSerializer(posts.of_post(self.actor.workspace_id, post_id), many=True).data)

    @endpoint(responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, post_id: UUID) -> Response:
        """Fetch the newest numbers now."""
        get_post(self.actor, post_id)
        targets = [curve.target.pk for curve in posts.of_post(self.actor.workspace_id, post_id)]
        snapshots.refresh(actor=self.actor, target_ids=targets)
        return Response({"refreshing": len(targets)}, status=202)


def get_post(actor: Actor, post_id: UUID) -> None:
    """Raise `NotFound` unless the post has targets in the actor's workspace."""
    if not PostTarget.objects.for_workspace(actor.workspace_id).filter(post_id=post_id).exists():
        raise NotFound()


class Scores(AnalyticsView):
    @endpoint(
        query=ScoreQuerySerializer,
        responses=ScoreSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """What the workspace's own posts say about each pattern level, newest run of each platform."""
        rows = posts.newest_scores(self.actor.workspace_id)
        wanted = {**self.query, "platform": canonical(self.query.get("platform", ""))}
        rows = [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items() if value)]
        return self.paged(rows, ScoreSerializer)


class Best(AnalyticsView):
    @endpoint(query=BestFilterSerializer, responses=BestSerializer)
    def get(self, request: Request) -> Response:
        """What the best posts share and the others lack; nothing below 30 posts."""
        platform = canonical(self.query.get("platform", ""))
        return Response(BestSerializer(best.best_and_rest(self.actor.workspace_id, platform)).data)


def csv_response(workspace_id: UUID, asked: totals.Period, platform: str) -> FilePiecesResponse:
    """The posts of a period as a CSV file. Written down first: the request's scope ends before an answer is sent."""
    file = TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - the answer closes it
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(posts.EXPORT_COLUMNS)
    for row in posts.export_rows(workspace_id, asked, platform):
        writer.writerow([harmless(cell) for cell in row])
    text.detach()
    file.seek(0)
    name = f"posts-{asked.first}-{asked.last}.csv"
    return FilePiecesResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


class Export(AnalyticsView):
    @endpoint(query=PeriodSerializer, responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> FilePiecesResponse:
        """The posts of a period with their newest numbers, as CSV."""
        asked, platform = self.asked()
        return csv_response(self.actor.workspace_id, asked, platform)
