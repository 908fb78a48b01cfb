"""Everything YouTube would refuse, reported before anything is sent."""

from collections.abc import Iterator

from core.text.lengths import length
from platforms.youtube import DEFAULT_CATEGORY, DESCRIPTOR
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.declared import Problem
from publishing.platforms.video_rules import not_a_video
from publishing.platforms.video_rules import problems as video_problems
from publishing.platforms.youtube.limits import ACCEPTS, LIMITS

PRIVACY = DESCRIPTOR.choices_of("privacy_status")
CATEGORIES = DESCRIPTOR.choices_of("category_id")


def _number(name: str) -> int:
    return int(LIMITS[name].value)


def is_short(video: MediaSpec) -> bool:
    """Square or vertical, up to three minutes: YouTube shows it as a Short by itself."""
    if not video.width or not video.height or video.duration_s is None:
        return False
    return video.height >= video.width and video.duration_s <= _number("short_max_s")


def problems(spec: Spec, account: AccountRef) -> Iterator[Problem]:
    """In the order in which a person meets them on the form."""
    yield from _texts(spec)
    yield from _options(spec)
    videos = [item for item in spec.media if item.is_video]
    if len(videos) != 1 or len(spec.media) != 1:
        is_picture = len(spec.media) == 1
        missing = Problem("media", "media_missing", "A YouTube post has exactly one video.")
        yield not_a_video(spec.media[0], "YouTube") if is_picture else missing
        return
    yield from video_problems(videos[0], "YouTube", ACCEPTS.videos)
    if spec.thumbnail is not None:
        if spec.thumbnail.content_type not in ("image/jpeg", "image/png"):
            yield Problem("thumbnail", "format", "A YouTube thumbnail is a JPEG or PNG picture.")
        if spec.thumbnail.size_bytes > _number("thumbnail_bytes"):
            yield Problem("thumbnail", "too_large", "A YouTube thumbnail may have 2 MB at most.")


def _texts(spec: Spec) -> Iterator[Problem]:
    if not spec.title.strip():
        yield Problem("title", "title_missing", "YouTube needs a title.")
    if len(spec.title) > _number("title"):
        over = len(spec.title) - _number("title")
        yield Problem(
            "title", "title_too_long", f"A YouTube title has 100 characters at most; this one has {over} too many."
        )
    if set(spec.title) & {"<", ">"}:
        yield Problem("title", "title_characters", "A YouTube title cannot contain < or >.")
    used = length(spec.text, "bytes")
    if used > _number("text"):
        sentence = f"A YouTube description has 5,000 bytes at most; this one has {used - _number('text')} too many."
        yield Problem("text", "text_too_long", sentence)
    if set(spec.text) & {"<", ">"}:
        yield Problem("text", "text_characters", "A YouTube description cannot contain < or >.")


def _options(spec: Spec) -> Iterator[Problem]:
    options = spec.options
    if options.get("privacy_status") not in PRIVACY:
        yield Problem("privacy_status", "choice_missing", "Choose who can see this video on YouTube.")
    if not isinstance(options.get("made_for_kids"), bool):
        yield Problem(
            "made_for_kids", "choice_missing", "Say whether this video is made for kids; YouTube requires it."
        )
    if str(options.get("category_id", DEFAULT_CATEGORY)) not in CATEGORIES:
        yield Problem("category_id", "choice_unknown", "YouTube does not know this category.")
    tags = options.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        yield Problem("tags", "format", "Tags are a list of words.")
    # A tag with a space counts two characters more: YouTube puts it in quotes; the commas between them count too.
    elif sum(len(tag) + (2 if " " in tag else 0) for tag in tags) + max(0, len(tags) - 1) > _number("tags"):
        yield Problem("tags", "too_long", "YouTube takes tags of 500 characters together.")
