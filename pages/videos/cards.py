"""What a card of the library shows: words, a poster, the job that works on it."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.actor import Actor
from jobs.models import Job
from jobs.selectors import unfinished_about
from media.formatting import duration_words, size_words
from media.signed_urls import signed_path
from patterns.levels import shown
from patterns.models import Pattern, PatternType
from patterns.selectors import by_video
from videos.models import Video

MOVING = (Video.Status.UPLOADED, Video.Status.PROCESSING)
_CHIPS = (PatternType.CUT_FREQUENCY, PatternType.HOOK_STYLE, PatternType.HOOK_TIMING)


@dataclass(frozen=True, slots=True)
class Card:
    """A video as drawn in the library."""

    video: Video
    poster: str
    state: str
    state_label: str
    duration: str
    size: str
    shape: str
    chips: list[str]
    job: Job | None

    @property
    def is_moving(self) -> bool:
        """Whether it will change by itself."""
        return self.video.status in MOVING


def cards(actor: Actor, videos: Iterable[Video]) -> list[Card]:
    """Cards of videos in two further queries; in one where none of them is being processed."""
    found = list(videos)
    jobs = unfinished_about(actor, "video", [video.pk for video in found if video.status in MOVING])
    patterns = by_video(actor, [video.pk for video in found], _CHIPS)
    chips = {key: [chip(pattern) for pattern in of] for key, of in patterns.items()}
    return [card(video, jobs.get(video.pk), chips.get(video.pk, [])) for video in found]


def chip(pattern: Pattern) -> str:
    """A pattern in two words."""
    words = shown(pattern.type, pattern.value, pattern.bucket)
    if pattern.type == PatternType.HOOK_STYLE:
        return f"Hook: {words.lower()}"
    is_cut = pattern.type == PatternType.HOOK_TIMING and pattern.bucket != "no_cut"
    return f"First cut at {words}" if is_cut else words


def card(video: Video, job: Job | None, chips: list[str]) -> Card:
    """One card."""
    media = video.media
    state, label = state_of(video)
    return Card(
        video=video,
        poster=signed_path(video.poster) if video.poster else "",
        state=state,
        state_label=label,
        duration=duration_words(media.duration_s),
        size=size_words(media.size_bytes),
        shape=f"{media.width}×{media.height}" if media.width else "",
        chips=chips,
        job=job,
    )


def state_of(video: Video) -> tuple[str, str]:
    """The chip of a video: Uploaded → Checking → Analysing → Ready or Failed."""
    if video.status == Video.Status.PROCESSING:
        if video.stage == Video.Stage.MEASURE:
            return "analysing", "Analysing"
        return "checking", "Checking"
    if video.status == Video.Status.UPLOADED:
        return "queued", "Waiting"
    return video.status, ""
