"""The measured facts of chosen videos and the learned scores, read once into the request of a strategy or script."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from core.actor import Actor
from core.errors import ValidationFailed
from patterns.models import Pattern, PatternScore
from strategies.errors import StrategyError
from strategies.schema import Fact, ScoreFact, StrategyInputs, StrategyRequest, VideoFacts
from videos.models import Video

_MOST_VIDEOS = 20
_MOST_TIMES = 20


def videos(actor: Actor, video_ids: Sequence[UUID]) -> list[Video]:
    """The chosen videos in their given order; an unknown or foreign id is refused by name of the field."""
    wanted = list(dict.fromkeys(video_ids))
    if len(wanted) > _MOST_VIDEOS:
        raise ValidationFailed(
            StrategyError.INPUT_INVALID,
            f"At most {_MOST_VIDEOS} videos can be compared at once; {len(wanted)} were chosen.",
            fields={"video_ids": [f"Choose at most {_MOST_VIDEOS} videos."]},
        )
    found = Video.objects.for_workspace(actor.workspace_id).filter(deleted_at__isnull=True).in_bulk(wanted)
    missing = [str(video_id) for video_id in wanted if video_id not in found]
    if missing:
        raise ValidationFailed(
            StrategyError.VIDEO_UNKNOWN,
            "One of the chosen videos does not exist any more. Choose again.",
            {"missing": missing},
            fields={"video_ids": ["One of the chosen videos does not exist any more."]},
        )
    return [found[video_id] for video_id in wanted]


def gather(actor: Actor, chosen: Sequence[Video]) -> list[VideoFacts]:
    """Each video's patterns as facts; refused while one of them has none, with its title."""
    rows = Pattern.objects.for_workspace(actor.workspace_id).filter(video__in=chosen).order_by("type", "source", "id")
    by_video: dict[UUID, list[Pattern]] = {}
    for row in rows:
        by_video.setdefault(row.video_id, []).append(row)
    unmeasured = [video.title for video in chosen if video.pk not in by_video]
    if unmeasured:
        names = ", ".join(f"“{title}”" for title in unmeasured[:3])
        raise ValidationFailed(
            StrategyError.VIDEO_NOT_MEASURED,
            f"{names} {'is' if len(unmeasured) == 1 else 'are'} not analysed yet. Wait for the analysis, or leave "
            f"{'it' if len(unmeasured) == 1 else 'them'} out.",
            fields={"video_ids": [f"Not analysed yet: {names}."]},
        )
    return [
        VideoFacts(video_id=str(video.pk), title=video.title, facts=[fact(row) for row in by_video[video.pk]])
        for video in chosen
    ]


def request(actor: Actor, inputs: StrategyInputs, chosen: Sequence[Video]) -> StrategyRequest:
    """What a strategy is asked with: the inputs, the facts of the chosen videos, and the learned scores."""
    return StrategyRequest(**inputs.model_dump(), videos=gather(actor, chosen), scores=scores(actor))


def fact(row: Pattern) -> Fact:
    """One pattern row as a fact with the places where it can be seen."""
    times = _times(row.evidence)
    return Fact(
        type=row.type,
        label=row.get_type_display(),
        value=round(row.value, 4),
        unit=row.unit,
        bucket=row.bucket,
        time_s=times[0] if times else None,
        times_s=times[1:_MOST_TIMES],
        note=str(row.evidence.get("note", "")) if isinstance(row.evidence, dict) else "",
        source=row.source,
        confidence=row.confidence,
    )


def _times(evidence: Any) -> list[float]:
    """All places that an evidence object names, in its order: `…_s` numbers and lists, and ranges' beginnings."""
    if not isinstance(evidence, dict):
        return []
    names = ("time_s", "at_s", "start_s", "from_s")
    found = [float(evidence[name]) for name in names if isinstance(evidence.get(name), int | float)]
    for value in evidence.values():
        if isinstance(value, list):
            found += _places(value)
    return [round(time_s, 3) for time_s in dict.fromkeys(found) if time_s >= 0]


def _places(values: Iterable[Any]) -> list[float]:
    found: list[float] = []
    for item in values:
        if isinstance(item, dict):
            found += _times(item)[:1]
        elif isinstance(item, list) and item and isinstance(item[0], int | float):
            found.append(float(item[0]))
        elif isinstance(item, int | float) and not isinstance(item, bool):
            found.append(float(item))
    return found


def scores(actor: Actor) -> list[ScoreFact]:
    """The newest complete learning run's scores that are numbers; nothing while there is not enough data."""
    mine = PatternScore.objects.for_workspace(actor.workspace_id)
    newest = mine.order_by("-run_id").values_list("run_id", flat=True).first()
    if newest is None:
        return []
    labels = dict(PatternScore._meta.get_field("type").flatchoices)
    return [
        ScoreFact(
            platform=row.platform,
            type=row.type,
            label=str(labels.get(row.type, row.type)),
            level=row.level,
            score=round(row.score, 1),
            interval_low=row.interval_low,
            interval_high=row.interval_high,
            sample_size=row.sample_size,
            meaning=row.label,
        )
        for row in mine.filter(run_id=newest, score__isnull=False).order_by("platform", "type", "level")
        if row.score is not None
    ]
