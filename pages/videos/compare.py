"""Two or three videos side by side: differences first, then their timelines over one axis."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from analytics.selectors import best
from core.actor import Actor
from core.errors import DomainError
from media.signed_urls import signed_path
from pages import query_params
from pages.access import SignedIn, signed_in
from pages.videos import meaning, timeline
from pages.videos.filmstrip import Frame, filmstrip
from patterns import selectors
from patterns.levels import apart
from patterns.models import Pattern
from patterns.selectors import Comparison, ComparisonRow
from videos.models import Video

MOST = 3
_CHOICES = 100


@dataclass(frozen=True, slots=True)
class Side:
    """One of the videos, drawn."""

    letter: str
    video: Video
    drawn: timeline.Timeline
    view_ms: int
    frames: list[Frame]
    sprite_url: str
    poster: str
    without_url: str

    @property
    def axis_s(self) -> float:
        """The length of the axis it is drawn over."""
        return self.view_ms / 1000


@dataclass(frozen=True, slots=True)
class Cell:
    """A video's value of one pattern; `difference` is against the first video, in words."""

    side: Side
    shown: str
    difference: str
    is_same_level: bool


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """One pattern of all videos."""

    label: str
    words: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the largest differences, in words."""

    label: str
    words: str
    letter: str


def address(ids: list[UUID], axis: str = "") -> str:
    """The page with these videos."""
    pairs = [("v", str(key)) for key in ids] + ([("axis", axis)] if axis else [])
    return f"{reverse('videos_compare')}?{urlencode(pairs)}"


def _asked(request: SignedIn) -> list[UUID]:
    return query_params.ids(request.GET.getlist("v"))[:MOST]


@signed_in
@require_GET
def compare(request: SignedIn) -> HttpResponse:
    """`/videos/compare/?v=…&v=…`."""
    ids = _asked(request)
    choices = _choices(request.actor)
    axis = "share" if request.GET.get("axis") == "share" else ""
    context: dict[str, Any] = {
        "slots": [(slot, _options(choices, str(ids[slot]) if slot < len(ids) else "")) for slot in range(MOST)],
        "any": bool(choices),
        "axis": axis,
        "seconds_url": address(ids),
        "share_url": address(ids, "share"),
        "swapped_url": address([*ids[1:], *ids[:1]], axis),
    }
    if len(ids) > 1:
        try:
            context |= _side_by_side(request.actor, selectors.compare(request.actor, ids), axis)
        except DomainError as error:
            context["problem"] = error.message
    return render(request, "videos/compare.html", context)


@signed_in
@require_GET
def best_posts(request: SignedIn) -> HttpResponse:
    """What the best posts share, loaded by itself: it looks at every post."""
    found = best.best_and_rest(request.actor.workspace_id)
    context = {"best": found, "best_words": [best.in_words(one) for one in found.found]}
    return render(request, "videos/_best.html", context)


def _choices(actor: Actor) -> list[tuple[str, str]]:
    """Videos that can be compared, newest first: ids and escaped titles."""
    return [(str(key), escape(title)) for key, title in selectors.comparable_titles(actor, _CHOICES)]


def _options(choices: list[tuple[str, str]], chosen: str) -> SafeString:
    """The same hundred options for each of the fields, with another one chosen."""
    rows = (f'<option value="{key}"{" selected" if key == chosen else ""}>{title}</option>' for key, title in choices)
    return mark_safe("".join(rows))  # noqa: S308 # the titles are escaped


def _side_by_side(actor: Actor, found: Comparison, axis: str) -> dict[str, Any]:
    ids = [video.pk for video in found.videos]
    facts = selectors.features_of(actor, ids)
    longest_s = max(float(facts.get(key, {}).get("duration_s") or 0) for key in ids)
    drawn = {
        video.pk: timeline.build(
            facts.get(video.pk, {}),
            meaning.parts_of(video.patterns.all()),
            axis_s=None if axis == "share" else longest_s,
        )
        for video in found.videos
    }
    longest = max(one.duration_ms for one in drawn.values())
    patterns = {video.pk: list(video.patterns.all()) for video in found.videos}
    views = {key: one.duration_ms if axis == "share" else longest for key, one in drawn.items()}
    sides = [
        Side(
            letter="ABC"[index],
            video=video,
            drawn=drawn[video.pk],
            view_ms=views[video.pk],
            frames=filmstrip(
                video.storyboard,
                is_tall=(video.media.aspect_ratio or 1) < 1,
                part=drawn[video.pk].duration_ms / views[video.pk],
            ),
            sprite_url=signed_path(video.storyboard) if video.storyboard else "",
            poster=signed_path(video.poster) if video.poster else "",
            without_url=address([key for key in ids if key != video.pk], axis),
        )
        for index, video in enumerate(found.videos)
    ]
    lengths = {side.drawn.duration_ms for side in sides}
    lines = [(row, _line(row, sides)) for row in found.rows]
    copy, why_nothing = best.to_copy(actor.workspace_id, found)
    return {
        "sides": sides,
        "headlines": _headlines(found.rows, [patterns[key] for key in ids]),
        "different": [line for row, line in lines if not row.is_alike and "" not in row.levels],
        "partly": [line for row, line in lines if "" in row.levels],
        "alike": [line for row, line in lines if row.is_alike],
        "to_copy": copy,
        "why_nothing": why_nothing,
        "has_lengths": len(lengths) > 1 and not axis,
        "ticks": [longest * part / 4000 for part in range(5)],
        "tick_places": timeline.tick_places(longest / 1000),
        "curve_height": timeline.CURVE_HEIGHT,
    }


def _line(row: ComparisonRow, sides: list[Side]) -> ComparisonLine:
    against = ["", *row.differences]
    cells = [
        Cell(side, row.shown[index], against[index], row.levels[index] == row.levels[0])
        for index, side in enumerate(sides)
    ]
    return ComparisonLine(row.label, row.words, cells)


def _headlines(rows: list[ComparisonRow], patterns: list[list[Pattern]], most: int = 3) -> list[Headline]:
    """The largest differences to the first video that change a level, counted in the spreads of their scales."""
    known = [{pattern.type: pattern for pattern in of} for of in patterns]
    found = []
    for row in rows:
        first = known[0].get(row.type)
        for index, mine in enumerate(known[1:], start=1):
            other = mine.get(row.type)
            if first is None or other is None or first.bucket == other.bucket:
                continue
            distance = apart(row.type, (first.value, first.bucket), (other.value, other.bucket))
            found.append((distance, Headline(row.label, row.differences[index - 1], "ABC"[index])))
    found.sort(key=lambda pair: -pair[0])
    return [headline for _, headline in found[:most]]
