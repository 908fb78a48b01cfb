"""Reads of analyses, patterns and scores."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from core.actor import Actor
from core.errors import NotFound, ValidationFailed
from patterns.differences import in_words
from patterns.errors import PatternError
from patterns.levels import SCALES, apart, level_words, shown
from patterns.models import Analysis, FormerAnalysis, Meaning, Pattern, PatternScore, PatternType
from videos.models import Video, VideoQuerySet

MOST_COMPARED = 5
_MOST_CANDIDATES = 500


def analysis_of(actor: Actor, video_id: UUID) -> Analysis:
    """The newest analysis of a video; `NotFound` says whether the video or only its analysis is missing."""
    analysis = (
        Analysis.objects.for_workspace(actor.workspace_id)
        .filter(video_id=video_id, video__deleted_at__isnull=True)
        .first()
    )
    if analysis is None:
        videos = Video.objects.for_workspace(actor.workspace_id).filter(pk=video_id, deleted_at__isnull=True)
        if not videos.exists():
            raise NotFound
        raise NotFound(PatternError.NOT_ANALYSED, "This video has not been analysed yet. Start its analysis.")
    return analysis


def features_of(actor: Actor, video_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What was measured in each video."""
    rows = Analysis.objects.for_workspace(actor.workspace_id).filter(video_id__in=video_ids)
    return dict(rows.values_list("video_id", "features"))


def meaning_of(actor: Actor, video_id: UUID) -> Meaning | None:
    """What a video means; None before its first reading."""
    return Meaning.objects.for_workspace(actor.workspace_id).filter(video_id=video_id).first()


def former_of(actor: Actor, video_id: UUID) -> QuerySet[FormerAnalysis]:
    """What newer analyses of a video replaced, newest first."""
    return FormerAnalysis.objects.for_workspace(actor.workspace_id).filter(video_id=video_id).order_by("-id")


@dataclass(frozen=True, slots=True)
class LevelScore:
    """What a level is worth (0 to 100), and on how many posts that rests."""

    score: float
    sample_size: int


def newest_scores(workspace_id: UUID, platform: str = "") -> QuerySet[PatternScore]:
    """The scores of each platform's newest learning run. Two queries, the first of them made at once."""
    scores = PatternScore.objects.for_workspace(workspace_id)
    if platform:
        scores = scores.filter(platform=platform)
    newest: dict[str, UUID] = {}
    for name, run_id in scores.order_by("platform", "-run_id").values_list("platform", "run_id").distinct():
        newest.setdefault(name, run_id)
    return scores.filter(run_id__in=newest.values()).order_by("platform", "type", "id")


def level_scores(workspace_id: UUID, platform: str = "") -> Mapping[tuple[str, str], LevelScore]:
    """What each (type, level) is worth; those without enough data are left out. One query while no run is new.

    Each platform learns by itself. Without a platform it is the score that rests on the most posts, among the newest
    run of each platform.
    """
    newest = _newest_run(workspace_id).first()
    return _level_scores(workspace_id, platform, newest["run_id"]) if newest else {}


def _newest_run(workspace_id: UUID) -> QuerySet[PatternScore, Any]:
    return PatternScore.objects.for_workspace(workspace_id).order_by("-run_id").values("run_id")[:1]


@lru_cache(maxsize=256)
def _level_scores(workspace_id: UUID, platform: str, newest_run: UUID) -> Mapping[tuple[str, str], LevelScore]:
    """Kept in memory: the scores of a run never change, and all runs of a refit become visible together."""
    rows = PatternScore.objects.for_workspace(workspace_id)
    if platform:
        rows = rows.filter(platform=platform)
    newest = rows.filter(platform=OuterRef("platform")).order_by("-run_id").values("run_id")[:1]
    rows = rows.filter(run_id=Subquery(newest), score__isnull=False)
    found: dict[tuple[str, str], LevelScore] = {}
    ordered = rows.order_by("-sample_size", "platform", "id")
    for type, level, score, sample_size in ordered.values_list("type", "level", "score", "sample_size"):
        if score is not None:
            found.setdefault((type, level), LevelScore(score, sample_size))
    return found


def patterns_of(
    actor: Actor,
    *,
    video_id: UUID | None = None,
    type: str = "",
    platform: str = "",
    min_score: float | None = None,
    source: str = "",
    worth: Mapping[tuple[str, str], LevelScore] | None = None,
) -> QuerySet[Pattern]:
    """The workspace's patterns, newest video first; with `min_score` those whose level is worth that much.

    `worth`: the answer of `level_scores`, where it is known already.
    """
    patterns = Pattern.objects.for_workspace(actor.workspace_id).filter(video__deleted_at__isnull=True)
    if video_id:
        patterns = patterns.filter(video_id=video_id)
    if type:
        patterns = patterns.filter(type=type)
    if source:
        patterns = patterns.filter(source=source)
    if min_score is not None:
        worth = level_scores(actor.workspace_id, platform) if worth is None else worth
        patterns = patterns.filter(_of_levels(key for key, level in worth.items() if level.score >= min_score))
    return patterns.order_by("-video_id", "type", "id")


def patterns_and_worth(actor: Actor, video_id: UUID) -> tuple[list[Pattern], Mapping[tuple[str, str], LevelScore]]:
    """A video's patterns, and what each level is worth (`level_scores`). One query while no run is new, else two."""
    rows = patterns_of(actor, video_id=video_id).annotate(newest_run=Subquery(_newest_run(actor.workspace_id)))
    newest = next((pattern.newest_run for pattern in rows), None)
    return list(rows), _level_scores(actor.workspace_id, "", newest) if newest else {}


def by_video(actor: Actor, video_ids: Collection[UUID], types: Collection[str]) -> dict[UUID, list[Pattern]]:
    """The patterns of these types of each video, in the order of their names. No query for no videos."""
    found: dict[UUID, list[Pattern]] = {}
    if video_ids:
        rows = Pattern.objects.for_workspace(actor.workspace_id).filter(video_id__in=video_ids, type__in=types)
        for pattern in rows.order_by("type", "id"):
            found.setdefault(pattern.video_id, []).append(pattern)
    return found


def analysed_videos(actor: Actor, *, archived: bool = True) -> VideoQuerySet:
    """Videos with a finished analysis, newest first."""
    rows: VideoQuerySet = Video.objects.for_workspace(actor.workspace_id).alive()
    rows = rows.filter(analysis__state=Analysis.State.DONE).order_by("-created_at", "-id")
    return rows if archived else rows.filter(archived_at=None)


def comparable_titles(actor: Actor, limit: int) -> list[tuple[UUID, str]]:
    """The newest analysed videos: id and title."""
    return list(analysed_videos(actor).values_list("pk", "title")[:limit])


def video_choices(
    actor: Actor, chosen: Collection[UUID], types: Collection[str], limit: int
) -> list[tuple[Video, dict[str, Pattern]]]:
    """The newest videos to choose from, the chosen ones among them, each with its measured patterns of these types."""
    measured = Pattern.objects.filter(type__in=types, source=Pattern.Source.MEASURED)
    known = analysed_videos(actor, archived=False).prefetch_related(Prefetch("patterns", measured))
    rows = list(known[:limit])
    older = set(chosen) - {row.pk for row in rows}
    rows = [*(known.filter(pk__in=older) if older else ()), *rows]
    return [(row, {pattern.type: pattern for pattern in row.patterns.all()}) for row in rows]


def _of_levels(keys: Iterable[tuple[str, str]]) -> Q:
    """The patterns of these (type, level) pairs; nothing for no pair."""
    levels: dict[str, list[str]] = {}
    for type, level in keys:
        levels.setdefault(type, []).append(level)
    wanted = Q(pk__in=())
    for type, names in levels.items():
        wanted |= Q(type=type, bucket__in=names)
    return wanted


def _analysed(actor: Actor, video_ids: Sequence[UUID]) -> list[Video]:
    found = (
        Video.objects.for_workspace(actor.workspace_id)
        .filter(pk__in=video_ids, deleted_at__isnull=True)
        .select_related("media", "poster", "storyboard")
        .prefetch_related("patterns")
        .in_bulk()
    )
    if any(video_id not in found for video_id in video_ids):
        raise NotFound
    videos = [found[video_id] for video_id in video_ids]
    missing = [video.title for video in videos if not video.patterns.all()]
    if missing:
        raise ValidationFailed(
            PatternError.NOT_ANALYSED, f"“{missing[0]}” has not been analysed yet. Start its analysis first."
        )
    return videos


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One pattern of several videos. `values`, `levels` and `shown` follow the order asked for; None or empty where it
    is not known. `differences` set each further video against the first, in words."""

    type: str
    label: str
    unit: str
    values: list[float | None]
    levels: list[str]
    shown: list[str]
    difference: float | None
    differences: list[str]
    words: str

    @property
    def is_alike(self) -> bool:
        """Whether all videos are known and at one level."""
        return len(set(self.levels)) == 1 and "" not in self.levels


@dataclass(frozen=True, slots=True)
class Comparison:
    """Videos side by side."""

    videos: list[Video]
    rows: list[ComparisonRow]


def compare(actor: Actor, video_ids: Sequence[UUID]) -> Comparison:
    """Two to five videos side by side; differences are last minus first."""
    chosen = list(dict.fromkeys(video_ids))
    if not 2 <= len(chosen) <= MOST_COMPARED:
        raise ValidationFailed(PatternError.COMPARE_COUNT, f"Choose 2 to {MOST_COMPARED} different videos.")
    videos = _analysed(actor, chosen)
    by_video = [{pattern.type: pattern for pattern in video.patterns.all()} for video in videos]
    rows = [_row(type, by_video) for type in PatternType if any(type in patterns for patterns in by_video)]
    return Comparison(videos, rows)


def _row(type: PatternType, by_video: list[dict[str, Pattern]]) -> ComparisonRow:
    found = [patterns.get(type) for patterns in by_video]
    values = [pattern.value if pattern else None for pattern in found]
    said = [shown(type, pattern.value, pattern.bucket) if pattern else "—" for pattern in found]
    levels = [pattern.bucket if pattern else "" for pattern in found]
    first, last = values[0], values[-1]
    is_number = SCALES[type].ordered and first is not None and last is not None
    difference = round(last - first, 4) if is_number and first is not None and last is not None else None
    pairs = [(pattern.value, pattern.bucket) if pattern else None for pattern in found]
    against = [in_words(type, pairs[0], pair) for pair in pairs[1:]]
    buckets = {pattern.bucket for pattern in found if pattern}
    if len(buckets) == 1 and len(found) == len([value for value in values if value is not None]):
        words = f"Alike: each {level_words(type, buckets.pop())}."
    else:
        parts = [level_words(type, pattern.bucket) if pattern else "is not known" for pattern in found]
        words = "; ".join(f"{'ABCDE'[index]} {part}" for index, part in enumerate(parts)) + "."
    return ComparisonRow(type.value, type.label, SCALES[type].unit, values, levels, said, difference, against, words)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A video that is built alike. `similarity_p` is 1 for the same values; `shared` are the types at one level."""

    video: Video
    similarity_p: float
    shared: list[str]


def similar(actor: Actor, video_id: UUID, limit: int = 10) -> list[Neighbour]:
    """The workspace's videos that are built most like one, among its 500 newest. Their patterns are read with them.

    Similarity is 1 / (1 + mean difference), where each difference is counted in the spreads of its scale.
    """
    (video,) = _analysed(actor, [video_id])
    own = {pattern.type: (pattern.value, pattern.bucket) for pattern in video.patterns.all()}
    newest = analysed_videos(actor).exclude(pk=video_id).values("pk")[:_MOST_CANDIDATES]
    rows = Pattern.objects.for_workspace(actor.workspace_id).filter(video_id__in=newest, type__in=own)
    theirs: dict[UUID, list[tuple[str, float, str]]] = {}
    for key, type, value, bucket in rows.values_list("video_id", "type", "value", "bucket"):
        theirs.setdefault(key, []).append((type, value, bucket))
    distances = [
        (sum(apart(type, own[type], (value, bucket)) for type, value, bucket in known) / len(known), key)
        for key, known in theirs.items()
    ]
    nearest = sorted((-round(1 / (1 + distance), 3), str(key), key) for distance, key in distances)[:limit]
    found = (
        Video.objects.filter(pk__in=[key for *_, key in nearest])
        .select_related("media", "poster", "folder")
        .prefetch_related("patterns", "tags")
        .in_bulk()
    )
    return [
        Neighbour(found[key], -similarity, sorted(type for type, _, bucket in theirs[key] if bucket == own[type][1]))
        for similarity, _, key in nearest
    ]
