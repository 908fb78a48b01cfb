"""The strategist without a model: compares the measured videos, uses learned scores, fills in benchmarks.

Pure functions of the request: the same request gives the same strategy. Nothing is said about performance unless a
learned score says it.
"""

from core.formatting import counted
from platforms import PLATFORMS
from strategies import knowledge
from strategies.offline import advice, ideas, learned, plan
from strategies.offline.compare import Compared, compare, number
from strategies.schema import Measure, Recommendation, StrategyContent, StrategyRequest

_MEASURES = {
    "views": ("Views after 7 days", "Compare posts at the same age; single posts scatter widely, so look at groups."),
    "engagement": (
        "Engagement rate",
        "100 × (likes + comments + shares) ÷ views. Compare posts with at least 100 views.",
    ),
    "followers": ("Followers gained per week", "Read it per week, not per post; few platforms tell which post did it."),
    "watch_time": ("Average watch time ÷ duration", "Where the platform reports it; compare clips of similar length."),
    "clicks": ("Clicks per 1,000 views", "Where the platform reports clicks; keep the link's place the same."),
    "sales": ("Sales by source", "Use one link per platform; the product cannot see your shop."),
    "awareness": ("Reach per week", "Accounts reached where reported, else views."),
}
_ENOUGH_POSTS = 30


def write(request: StrategyRequest) -> StrategyContent:
    """A whole strategy."""
    found = compare(request.videos)
    recommendations = [*learned.advise(found, request), *advice.advise(found, request)]
    posting = plan.schedule(request)
    themes, hooks = ideas.themes(request), ideas.hooks(request, found)
    return StrategyContent(
        title=_title(request),
        summary=_summary(request, found, recommendations),
        recommendations=recommendations,
        posting_schedule=posting,
        hashtag_strategy=ideas.hashtags(request),
        pillars=ideas.pillars(request),
        themes=themes,
        hooks=hooks,
        calendar=plan.calendar(request, posting, themes, hooks),
        measures=[_measure(goal) for goal in request.goals],
        limitations=_limitations(request, found),
    )


def _names(platforms: list[str]) -> str:
    labels = [PLATFORMS[platform].label for platform in platforms]
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def _title(request: StrategyRequest) -> str:
    about = request.niche or (request.videos[0].title if request.videos else "Content")
    about = about[:1].upper() + about[1:100]
    return f"{about} on {_names(request.platforms)}"[:200]


def _summary(request: StrategyRequest, found: dict[str, Compared], advised: list[Recommendation]) -> str:
    goals = " and ".join(goal.replace("_", " ") for goal in request.goals)
    period = "One week" if request.weeks == 1 else f"{request.weeks} weeks"
    audience = f", for {request.audience}" if request.audience else ""
    parts = [f"{period} for {_names(request.platforms)}, aimed at {goals}{audience}."]
    if request.videos:
        values = sum(len(compared.rows) for compared in found.values())
        measured = f"{values} measured value{'' if values == 1 else 's'}"
        parts.append(f"It is based on {measured} of {counted(len(request.videos), 'video')}.")
        first = found.get("hook_timing")
        pace = found.get("cut_frequency")
        if first and pace:
            opening = "no cut" if first.low.fact.note else f"first cut at {number(first.median)} s"
            parts.append(
                f"Your starting point: {opening}, {number(pace.median)} cuts a minute "
                f"(median{'s' if first.several else ''})."
            )
    else:
        parts.append("No videos were chosen, so it is based on benchmarks and a template.")
    parts.append(f"First step: {advised[0].title}.")
    return " ".join(parts)


def _measure(goal: str) -> Measure:
    metric, text = _MEASURES.get(
        goal, (goal.replace("_", " ").capitalize(), "Decide on one number for it before the first post, and note it.")
    )
    return Measure(goal=goal, metric=metric, text=text)


def _limitations(request: StrategyRequest, found: dict[str, Compared]) -> list[str]:
    rows = []
    if not request.scores:
        rows.append(
            "There is not enough outcome data of your own posts yet. What is recommended here is a baseline to measure "
            f"against, not a claim that it performs better; scores appear from {_ENOUGH_POSTS} posts on."
        )
    if len(request.videos) == 1:
        rows.append("One video was compared with nothing but benchmarks. Two or more videos make comparisons possible.")
    unmeasured = [video.title for video in request.videos if not video.facts]
    if unmeasured:
        rows.append(f"Nothing was measured in: {', '.join(unmeasured)}.")
    if request.videos and "speech_rate" not in found:
        rows.append("Voice pacing was not measured; scripts use a conventional speaking rate.")
    rows.append(
        f"Benchmarks are of version {knowledge.benchmarks()['version']}; they describe other accounts, and published "
        "benchmarks contradict each other."
    )
    if not request.language.startswith("en"):
        rows.append("Offline answers are written in English; set up a language model for other languages.")
    rows.append("This answer was put together from measurements and templates, without a language model.")
    return rows
