"""Advice from learned scores: what the workspace's own outcomes say, with interval and sample size."""

from collections.abc import Iterator

from core.formatting import counted
from patterns.levels import level_words
from patterns.models import PatternType
from platforms import PLATFORMS
from strategies.offline.compare import Compared, evidence, number, title
from strategies.schema import Evidence, Recommendation, ScoreFact, StrategyRequest

RECOMMEND, AVOID = 75.0, 25.0
_MOST = 3


def _proof(score: ScoreFact) -> Evidence:
    interval = (
        f", 80 % interval of the score {number(score.interval_low)}–{number(score.interval_high)}"
        if score.interval_low is not None and score.interval_high is not None
        else ""
    )
    where = "all platforms" if score.platform == "all" else PLATFORMS[score.platform].label
    meaning = f" ({score.meaning})" if score.meaning else ""
    return Evidence(
        basis="learned",
        sentence=f"{score.label}, {_kind(score)}, on {where}: score {number(score.score)}{interval}, "
        f"{counted(score.sample_size, 'post')}{meaning}",
        fact=score.type,
        value=score.score,
        unit="score",
    )


def _kind(score: ScoreFact) -> str:
    """The level in words; a level that nobody has words for is told without its underscores."""
    words = level_words(score.type, score.level) if score.type in PatternType.values else score.level
    return f"“{words.replace('_', ' ')}”" if words == score.level else f"a video that {words}"


def _relevant(request: StrategyRequest) -> list[ScoreFact]:
    wanted = {*request.platforms, "all"}
    rows = [score for score in request.scores if score.platform in wanted]
    return sorted(rows, key=lambda score: (-abs(score.score - 50), score.platform, score.type, score.level))


def advise(found: dict[str, Compared], request: StrategyRequest) -> Iterator[Recommendation]:
    """The clearest scores first: use what scores 75 or more, leave what scores 25 or less."""
    clear = [score for score in _relevant(request) if not AVOID < score.score < RECOMMEND]
    for score in clear[:_MOST]:
        good = score.score >= RECOMMEND
        here = [row for row in found[score.type].rows if row.fact.bucket == score.level] if score.type in found else []
        example = f" {title(here[0])} is an example." if here else ""
        lead = "More of this" if good else "Less of this"
        text = f"{_proof(score).sentence}.{example} This is what your own posts say so far, no promise."
        yield Recommendation(
            key=f"learned_{score.platform}_{score.type}_{score.level}"[:200],
            title=f"{lead}: {_kind(score)}",
            text=text,
            basis="learned",
            platforms=list(request.platforms) if score.platform == "all" else [score.platform],
            evidence=[_proof(score), *(evidence(row) for row in here[:2])],
        )
