"""One video: player, timeline, facts in words, and how far its processing is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from accounts.policy import Action, may
from core.actor import Actor
from core.errors import Conflict
from jobs.selectors import unfinished_about
from media.formatting import duration_words, size_words
from media.signed_urls import signed_path
from pages import edit_conflicts
from pages.access import SignedIn, signed_in
from pages.forms.videos import DetailsForm
from pages.videos import meaning, timeline
from pages.videos.cards import MOVING, state_of
from pages.videos.compare import address as compare_address
from pages.videos.filmstrip import filmstrip, tiles_text
from pages.videos.uses import UseLink, links_to_uses
from pages.workflow_steps import steps_of
from patterns.differences import in_words
from patterns.levels import level_words, shown
from patterns.meaning.rows import TYPES
from patterns.models import Pattern, PatternType
from patterns.selectors import LevelScore, former_of, patterns_and_worth, similar
from videos import selectors
from videos.models import Video
from videos.services import library

# What a person follows while a video is processed.
STEPS = ("Check", "Read", "Preview", "Analyse")
_ORDER = {type: place for place, type in enumerate(PatternType.values)}
# What is read together with the video.
_ANALYSED = ("analysis", "meaning")
_STEP_OF = {"": 1, "check": 1, "probe": 2, "preview": 3, "measure": 4}


@dataclass(frozen=True, slots=True)
class Fact:
    """A measured pattern in words."""

    label: str
    shown: str
    words: str
    worth: LevelScore | None


@signed_in
@require_GET
def show(request: SignedIn, pk: UUID) -> HttpResponse:
    """`/videos/<id>/`."""
    return page(request, pk)


def page(
    request: SignedIn, pk: UUID, *, form: DetailsForm | None = None, conflict: Conflict | None = None
) -> HttpResponse:
    """The page of a video; with a form that could not be saved it opens that again, as it was typed."""
    video = library.get(request.actor, pk, related=_ANALYSED)
    media = video.media
    tags = sorted((tag.name for tag in video.tags.all()), key=str.casefold)
    may_write = bool(may(request.actor, Action.WRITE))
    uses = links_to_uses(request.actor, video)
    context = _analysis_context(request.actor, video) | {
        "may_write": may_write,
        "tags": tags,
        "source": signed_path(media),
        "download": signed_path(media, download=True),
        "poster": signed_path(video.poster) if video.poster else "",
        "size": size_words(media.size_bytes),
        "duration": duration_words(media.duration_s),
        "is_tall": (media.aspect_ratio or 1.0) < 1,
        "uses": uses,
        **_flow(video, uses),
        "next_steps": _next_steps(video),
    }
    if may_write:
        initial = {
            "title": video.title,
            "folder": video.folder_id,
            "tags": ", ".join(tags),
            "version": video.version,
        }
        context["details_form"] = form or DetailsForm(initial=initial, folders=selectors.folders(request.actor))
        context["details_open"] = form is not None
        if form is not None and conflict is not None:
            edit_conflicts.at_version(form, video.version)
            address = reverse("video_detail", args=[video.pk])
            context["stale"] = edit_conflicts.stale(
                conflict, video.version, address, edit_conflicts.rows_of(form, initial)
            )
    return render(request, "videos/detail.html", context, status=422 if form is not None else 200)


def _flow(video: Video, uses: list[UseLink]) -> dict[str, Any]:
    """How far the way from the video to its results has come."""
    return {
        "links": {use.step: use.url for use in uses} | steps_of(video),
        "here": "pattern" if video.status == Video.Status.PROCESSED else "video",
    }


def _next_steps(video: Video) -> list[tuple[str, str, str]]:
    """Where a video leads: address, label, icon."""
    wanted = (
        ("strategies", "Use in a strategy", "lightbulb", "video"),
        ("edit_new", "Edit", "scissors", "video"),
        ("compose", "Post", "send", "media"),
    )
    values = {"video": str(video.pk), "media": str(video.media_id)}
    return [
        (f"{reverse(name)}?{parameter}={values[parameter]}", label, icon) for name, label, icon, parameter in wanted
    ]


def _analysis_context(actor: Actor, video: Video) -> dict[str, Any]:
    analysis = getattr(video, "analysis", None)
    is_moving = video.status in MOVING
    job = unfinished_about(actor, "video", [video.pk]).get(video.pk) if is_moving else None
    state, state_label = state_of(video)
    context: dict[str, Any] = {
        "video": video,
        "media": video.media,
        "analysis": analysis,
        "job": job,
        "state": state,
        "state_label": state_label,
        "is_moving": is_moving,
        "steps": "|".join(STEPS),
        "step": _STEP_OF.get(video.stage, 1),
        "stage_label": Video.Stage(video.stage).label if video.stage else "Waiting for its turn",
    }
    if analysis is not None and analysis.features:
        patterns, worth = patterns_and_worth(actor, video.pk)
        patterns.sort(key=lambda pattern: _ORDER.get(pattern.type, len(_ORDER)))
        drawn = timeline.build(analysis.features, meaning.parts_of(patterns))
        is_tall = (video.media.aspect_ratio or 1.0) < 1
        context |= {
            "timeline": drawn,
            "meaning": meaning.show(getattr(video, "meaning", None), patterns),
            "changes": meaning.changes(former_of(actor, video.pk), patterns),
            "tiles": tiles_text(video.storyboard),
            "frames": filmstrip(video.storyboard, is_tall=is_tall),
            "sprite": video.storyboard,
            "sprite_url": signed_path(video.storyboard) if video.storyboard else "",
            "facts": facts_of(patterns, worth),
            "curve_height": timeline.CURVE_HEIGHT,
        }
    return context


def facts_of(patterns: list[Pattern], worth: Mapping[tuple[str, str], LevelScore]) -> list[Fact]:
    """The measured patterns of a video, in words, with what their levels were worth."""
    return [
        Fact(
            pattern.get_type_display(),
            shown(pattern.type, pattern.value, pattern.bucket),
            f"The video {level_words(pattern.type, pattern.bucket)}.",
            worth.get((pattern.type, pattern.bucket)),
        )
        for pattern in patterns
        if pattern.type not in TYPES
    ]


@dataclass(frozen=True, slots=True)
class Near:
    """A video that is built alike: what both have, and the largest differences, in words."""

    video: Video
    poster: str
    alike_pct: int
    shared: list[str]
    apart: list[str]
    compare_url: str


_NEAREST, _WORDS = 4, 3


@signed_in
@require_GET
def alike(request: SignedIn, pk: UUID) -> HttpResponse:
    """The videos that are built most like this one, loaded by themselves."""
    video = library.get(request.actor, pk)
    mine = {pattern.type: pattern for pattern in video.patterns.all()}
    found = similar(request.actor, pk, limit=_NEAREST) if mine else []
    near = []
    for one in found:
        theirs = {pattern.type: pattern for pattern in one.video.patterns.all()}
        differing = [type_ for type_ in PatternType.values if type_ in mine and type_ in theirs]
        differing = [type_ for type_ in differing if mine[type_].bucket != theirs[type_].bucket]
        near.append(
            Near(
                video=one.video,
                poster=signed_path(one.video.poster) if one.video.poster else "",
                alike_pct=round(100 * one.similarity_p),
                shared=[level_words(type_, mine[type_].bucket) for type_ in one.shared[:_WORDS]],
                apart=[_apart(mine[type_], theirs[type_]) for type_ in differing[:_WORDS]],
                compare_url=compare_address([pk, one.video.pk]),
            )
        )
    return render(request, "videos/_alike.html", {"video": video, "near": near})


def _apart(mine: Pattern, theirs: Pattern) -> str:
    words = in_words(mine.type, (mine.value, mine.bucket), (theirs.value, theirs.bucket))
    return f"{mine.get_type_display()}: {words[:1].lower()}{words[1:]}"


@signed_in
@require_GET
def analysis(request: SignedIn, pk: UUID) -> HttpResponse:
    """The part of the page that changes while a video is processed."""
    video = library.get(request.actor, pk, related=_ANALYSED)
    context = _analysis_context(request.actor, video) | _flow(video, links_to_uses(request.actor, video))
    context["may_write"] = bool(may(request.actor, Action.WRITE))
    response = render(request, "videos/_analysis_news.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _stamp(seconds: float) -> str:
    milliseconds = round(1000 * seconds)
    whole, part = divmod(milliseconds, 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{part:03d}"


@signed_in
@require_GET
def storyboard(request: SignedIn, pk: UUID) -> HttpResponse:
    """The storyboard as WebVTT: one cue for each picture, as players expect it for previews on the seek bar."""
    video = library.get(request.actor, pk)
    if video.storyboard is None:
        raise Http404
    board, url = video.storyboard.probe, signed_path(video.storyboard)
    lines = ["WEBVTT", ""]
    for index in range(board["count"]):
        start, end = index * board["interval_s"], (index + 1) * board["interval_s"]
        x = (index % board["columns"]) * board["tile_width"]
        y = (index // board["columns"]) * board["tile_height"]
        box = f"{x},{y},{board['tile_width']},{board['tile_height']}"
        lines += [f"{_stamp(start)} --> {_stamp(end)}", f"{url}#xywh={box}", ""]
    response = HttpResponse("\n".join(lines), content_type="text/vtt; charset=utf-8")
    response["Cache-Control"] = "private, max-age=600"
    return response
