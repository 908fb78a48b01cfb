"""What the workspace's best posts share, and what a comparison of videos suggests to copy."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from analytics.learning import outcomes
from analytics.learning.best_and_rest import BestAndRest, Ranked, Shared, compare
from analytics.learning.scores import MIN_POSTS
from analytics.models import LatestMetrics, LearningRun
from analytics.selectors.posts import newest_scores
from analytics.services.levels import Shown, shown_levels
from analytics.services.score_refit import MIN_AGE
from core import clock
from patterns.levels import level_words
from patterns.models import PatternScore
from patterns.selectors import Comparison
from publishing.models import PostTarget

# From here on a level is worth recommending (design of the learning loop): 50 is no effect.
WORTH_COPYING = 75.0
_MOST_POSTS = 2000


def best_and_rest(workspace_id: UUID, platform: str = "") -> BestAndRest:
    """The best quarter of the posts against the rest.

    The result of a post is its rank by reach within its platform (0 to 1, as if it had its final age); a post on
    several platforms has the mean of its ranks and counts once.
    """
    old_enough = F("published_at") + MIN_AGE
    rows = LatestMetrics.objects.for_workspace(workspace_id).filter(taken_at__gte=old_enough, views__isnull=False)
    if platform:
        rows = rows.filter(platform=platform)
    newest = list(
        rows.order_by("-published_at", "-id").values_list("platform", "target_id", "views", "published_at", "taken_at")[
            :_MOST_POSTS
        ]
    )
    since = newest[-1][3] if newest else clock.now()
    published = PostTarget.objects.for_workspace(workspace_id).filter(published_at__gte=since)
    # Read beside the numbers: a join would look up the target of every number there is, not only of the newest.
    posts = dict(published.values_list("pk", "post_id"))
    by_platform: dict[str, list[tuple[float, UUID]]] = defaultdict(list)
    for name, target_id, views, published_at, taken_at in newest:
        reach = outcomes.final_reach(views or 0, (taken_at - published_at).total_seconds())
        if target_id in posts:
            by_platform[name].append((reach, posts[target_id]))
    ranks: dict[UUID, list[float]] = defaultdict(list)
    for found in by_platform.values():
        found.sort(key=lambda pair: pair[0])
        for place, (_, post_id) in enumerate(found):
            ranks[post_id].append((place + 0.5) / len(found))
    shown = shown_levels(workspace_id, published.values("post_id"))
    nothing = Shown()
    return compare([Ranked(sum(of) / len(of), shown.get(post_id, nothing).levels) for post_id, of in ranks.items()])


def in_words(found: Shared) -> str:
    """One finding as a sentence with its counts."""
    words = level_words(found.type, found.level)
    best, rest = (f"{found.best_with} of {found.best_known}", f"{found.rest_with} of {found.rest_known}")
    if found.is_lacking:
        return f"Of the best posts {best} show a video that {words}; of the others {rest}."
    return f"A video that {words}: {best} of the best posts, {rest} of the others."


@dataclass(frozen=True, slots=True)
class Advice:
    """A level that one of the compared videos has and that scored well in the workspace's own posts."""

    letters: str
    label: str
    words: str
    platform: str
    score: float
    sample_size: int
    basis: str


def to_copy(workspace_id: UUID, found: Comparison) -> tuple[list[Advice], str]:
    """Which differences are worth copying, best first; else a sentence that says why nothing can be said yet."""
    scores = newest_scores(workspace_id)
    advice = [
        one
        for row in found.rows
        if not row.is_alike
        for score in scores
        if score.type == row.type and (one := _advice(row.label, row.levels, score)) is not None
    ]
    if advice:
        return sorted(advice, key=lambda one: (-one.score, one.label, one.platform)), ""
    return [], _why_nothing(workspace_id, scores)


def _advice(label: str, levels: Sequence[str], score: PatternScore) -> Advice | None:
    letters = [letter for letter, level in zip("ABCDE", levels, strict=False) if level == score.level]
    if score.score is None or score.score < WORTH_COPYING or not letters:
        return None
    words = level_words(score.type, score.level)
    return Advice(" and ".join(letters), label, words, score.platform, score.score, score.sample_size, score.label)


def _why_nothing(workspace_id: UUID, scores: Sequence[PatternScore]) -> str:
    posts = LearningRun.objects.for_workspace(workspace_id).order_by("-id").values_list("posts", flat=True).first() or 0
    if posts < MIN_POSTS or not any(score.score is not None for score in scores):
        return (
            f"Your posts cannot say yet which of these is better: {posts} of at least {MIN_POSTS} posts have numbers. "
            "Until then a difference is a difference, not an advantage."
        )
    return "None of these differences has made a clear difference in your posts so far."
