"""The learning run: posts and their newest numbers in, one complete set of pattern scores out."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from analytics.learning import outcomes
from analytics.learning.effects import MODEL_VERSION
from analytics.learning.scores import Score, combine, scores
from analytics.models import LatestMetrics, LearningRun
from analytics.services.levels import Shown, shown_levels
from core import clock
from patterns.levels import SCALES
from patterns.models import PatternScore

MIN_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Fitted:
    """One platform's result, not yet kept."""

    workspace_id: UUID
    platform: str
    posts: Sequence[outcomes.Post]
    scores: Sequence[Score]
    digest: str


def fit_workspace(*, workspace_id: UUID) -> list[Fitted]:
    """Refit every platform that has live posts with numbers."""
    rows = LatestMetrics.objects.for_workspace(workspace_id)
    latest = list(rows.select_related("snapshot", "target").order_by("published_at", "id"))
    by_platform: dict[str, list[LatestMetrics]] = defaultdict(list)
    for row in latest:
        by_platform[row.platform].append(row)
    shown = shown_levels(workspace_id, rows.values("target__post_id"))
    return [
        _fit(workspace_id, platform, [post_of(row, shown.get(row.target.post_id, Shown())) for row in of_platform])
        for platform, of_platform in sorted(by_platform.items())
    ]


def post_of(row: LatestMetrics, shown: Shown) -> outcomes.Post:
    """A live post as learning sees it."""
    snapshot = row.snapshot
    return outcomes.Post(
        id=str(row.target_id),
        age_s=snapshot.age_s,
        days_ago=(clock.now() - row.published_at).total_seconds() / outcomes.DAY_S,
        views=snapshot.views,
        likes=snapshot.likes,
        comments=snapshot.comments,
        shares=snapshot.shares,
        average_view_s=snapshot.average_view_s,
        duration_s=shown.duration_s,
        followers=snapshot.followers,
        levels=shown.levels,
    )


def _fit(workspace_id: UUID, platform: str, posts: list[outcomes.Post]) -> Fitted:
    from analytics.learning import regression  # loads NumPy, which nothing else here needs

    old_enough = [post for post in posts if post.age_s >= MIN_AGE.total_seconds()]
    # A vocabulary joins the model once a post has a word of it; an empty one would only widen it.
    spoken = {kind for post in old_enough for kind in post.levels}
    groups = {
        kind.value: [level.name for level in scale.levels]
        for kind, scale in SCALES.items()
        if scale.ordered or kind in spoken
    }
    ordered = frozenset(kind.value for kind, scale in SCALES.items() if scale.ordered)
    fitted = []
    for name, (outcome, sigma) in outcomes.OUTCOMES.items():
        rows = [row for post in old_enough if (row := outcome(post)) is not None]
        if rows or name == "reach":
            effects = regression.fit(rows, groups, ordered=ordered, prior_sigma=sigma)
            fitted.append((outcomes.GOAL_WEIGHTS[name], effects))
    result = scores(combine(fitted), posts=len(old_enough))
    inputs = [{key: value for key, value in asdict(post).items() if key != "days_ago"} for post in posts]
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return Fitted(workspace_id, platform, old_enough, result, digest)


def keep(fitted: Sequence[Fitted]) -> None:
    """Write complete runs; called in the transaction that ends the job. A run of the same inputs is not repeated."""
    now = clock.now()
    with transaction.atomic():
        for result in fitted:
            newest = (
                LearningRun.objects.for_workspace(result.workspace_id)
                .filter(platform=result.platform)
                .order_by("-id")
                .first()
            )
            if newest is not None and newest.inputs_digest == result.digest:
                continue
            run = LearningRun.objects.create(
                workspace_id=result.workspace_id,
                platform=result.platform,
                as_of=now,
                posts=len(result.posts),
                inputs_digest=result.digest,
                model_version=MODEL_VERSION,
                summary={"claims": sum(score.standing == "claim" for score in result.scores)},
            )
            PatternScore.objects.bulk_create(_row(run, score) for score in result.scores)
            _forget_older(run)


def _row(run: LearningRun, score: Score) -> PatternScore:
    return PatternScore(
        workspace_id=run.workspace_id,
        platform=run.platform,
        type=score.group,
        level=score.level,
        score=score.value,
        interval_low=score.low,
        interval_high=score.high,
        sample_size=score.sample_size,
        run_id=run.pk,
        label=score.label[:120],
        as_of=run.as_of,
    )


def _forget_older(run: LearningRun, kept: int = 30) -> None:
    runs = LearningRun.objects.for_workspace(run.workspace_id).filter(platform=run.platform).order_by("-id")
    old = list(runs.values_list("pk", flat=True)[kept:])
    PatternScore.objects.for_workspace(run.workspace_id).filter(run_id__in=old).delete()
    LearningRun.objects.for_workspace(run.workspace_id).filter(pk__in=old).delete()
