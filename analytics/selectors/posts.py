"""Numbers of one video, one post; rows for export."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from analytics.engagement import engagement_rate
from analytics.models import LatestMetrics, LearningRun, MetricPlan, MetricSnapshot
from analytics.selectors.totals import Period, Totals, by_platform, live, posts_in
from core.errors import NotFound
from editing.models import Rendition
from patterns.models import Pattern, PatternScore
from publishing.models import PostMedia, PostTarget
from videos.models import Video


@dataclass(frozen=True, slots=True)
class Curve:
    """A live post's numbers over time, and when the next are due."""

    target: PostTarget
    snapshots: list[MetricSnapshot]
    next_at: datetime | None
    problem: str = ""

    @property
    def newest(self) -> MetricSnapshot | None:
        return self.snapshots[-1] if self.snapshots else None

    @property
    def rate(self) -> float | None:
        """Engagement rate of the newest numbers."""
        new = self.newest
        return engagement_rate(new.views, new.likes, new.comments, new.shares) if new else None


@dataclass(frozen=True, slots=True)
class VideoNumbers:
    """What the posts of a video, and of what was rendered from it, brought."""

    video: Video
    platforms: dict[str, Totals]
    updated_at: datetime | None
    match_score: float | None
    matched: list[dict[str, Any]] = field(default_factory=list)


def of_post(workspace_id: UUID, post_id: UUID) -> list[Curve]:
    """The curve of each target of a post that is or was live; three queries."""
    targets = list(
        PostTarget.objects.for_workspace(workspace_id)
        .filter(post_id=post_id, published_at__isnull=False)
        .select_related("account")
        .order_by("platform", "id")
    )
    plans = {plan.target_id: plan for plan in MetricPlan.objects.filter(target__in=targets)}
    snapshots: dict[UUID, list[MetricSnapshot]] = {target.pk: [] for target in targets}
    for snapshot in MetricSnapshot.objects.filter(target__in=targets).order_by("age_s", "id"):
        snapshots[snapshot.target_id].append(snapshot)
    return [
        Curve(
            target,
            snapshots[target.pk],
            plans[target.pk].next_at if target.pk in plans else None,
            plans[target.pk].last_error if target.pk in plans else "",
        )
        for target in targets
    ]


def of_video(workspace_id: UUID, video_id: UUID) -> VideoNumbers:
    """Totals by platform of a video's posts, and how well its patterns score; `NotFound` for a stranger's."""
    video = Video.objects.for_workspace(workspace_id).filter(pk=video_id, deleted_at__isnull=True).first()
    if video is None:
        raise NotFound()
    files = list(
        Rendition.objects.for_workspace(workspace_id)
        .filter(edit__video=video, media__isnull=False)
        .values_list("media_id", flat=True)
    )
    shows = PostMedia.objects.for_workspace(workspace_id).filter(file_id__in=[video.media_id, *files], position=0)
    public = live(workspace_id).filter(post_id__in=shows.values("post_id"))
    rows = LatestMetrics.objects.for_workspace(workspace_id).filter(target__in=public)
    newest = rows.order_by("-taken_at").values_list("taken_at", flat=True).first()
    score, matched = _match(workspace_id, video)
    return VideoNumbers(video, by_platform(rows, public), newest, score, matched)


def newest_scores(workspace_id: UUID) -> list[PatternScore]:
    """The scores of the newest run of each platform."""
    runs = LearningRun.objects.for_workspace(workspace_id)
    newer = runs.filter(platform=OuterRef("platform"), id__gt=OuterRef("id"))
    scores = PatternScore.objects.for_workspace(workspace_id).filter(
        run_id__in=runs.filter(~Exists(newer)).values("pk")
    )
    return list(scores.order_by("platform", "type", "id"))


def _match(workspace_id: UUID, video: Video) -> tuple[float | None, list[dict[str, Any]]]:
    """The mean score of the video's own levels over all platforms; None while nothing has a score."""
    levels = set(
        Pattern.objects.for_workspace(workspace_id).filter(video=video).values_list("type", "bucket").distinct()
    )
    scored = [row for row in newest_scores(workspace_id) if row.score is not None and (row.type, row.level) in levels]
    if not scored:
        return None, []
    matched = [
        {"platform": row.platform, "type": row.type, "level": row.level, "score": row.score, "label": row.label}
        for row in scored
    ]
    mean = sum(row.score for row in scored if row.score is not None) / len(scored)
    return round(mean, 1), matched


EXPORT_COLUMNS = (
    "published_at", "published_local", "timezone", "platform", "account", "text", "permalink", "views", "likes",
    "comments", "shares", "saves", "watch_time_s", "engagement_rate", "taken_at",
)  # fmt: skip


def export_rows(workspace_id: UUID, asked: Period, platform: str = "") -> Iterator[list[Any]]:
    """The rows of the CSV: exactly the posts of the period, streamed. `published_local` is in the period's zone."""
    zone = ZoneInfo(asked.zone)
    rows = posts_in(workspace_id, asked, platform).select_related("target__post", "target__account")
    for row in rows.order_by("published_at", "id").iterator(chunk_size=500):
        yield [
            row.published_at.isoformat(),
            row.published_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
            asked.zone,
            row.platform,
            row.target.account.handle,
            row.target.effective_text(),
            row.target.permalink,
            row.views,
            row.likes,
            row.comments,
            row.shares,
            row.saves,
            row.watch_time_s,
            engagement_rate(row.views, row.likes, row.comments, row.shares),
            row.taken_at.isoformat(),
        ]
