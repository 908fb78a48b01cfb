"""Everything LinkedIn would refuse, reported before anything is sent."""

from collections.abc import Iterator

from core.text.lengths import length
from platforms.linkedin import DEFAULT_VISIBILITY, DESCRIPTOR
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.declared import Problem
from publishing.platforms.linkedin.limits import ACCEPTS, LIMITS
from publishing.platforms.video_rules import problems as video_problems

VISIBILITY = DESCRIPTOR.choices_of("visibility")


def _number(name: str) -> float:
    return float(LIMITS[name].value)


def is_page(external_id: str) -> bool:
    """Whether an account is an organisation's page; else it is a member."""
    return external_id.startswith("urn:li:organization:")


def problems(spec: Spec, account: AccountRef) -> Iterator[Problem]:
    """In the order in which a person meets them on the form."""
    if not spec.text.strip() and not spec.media:
        yield Problem("text", "text_missing", "A LinkedIn post needs a text, a picture or a video.")
    used, most = length(spec.text, "utf16"), int(_number("text"))
    if used > most:
        sentence = f"LinkedIn takes {most} characters; this text has {used - most} too many."
        yield Problem("text", "text_too_long", sentence)
    yield from _options(spec, account)
    yield from _media(spec)


def _options(spec: Spec, account: AccountRef) -> Iterator[Problem]:
    visibility = spec.options.get("visibility") or DEFAULT_VISIBILITY
    if visibility not in VISIBILITY:
        yield Problem("visibility", "choice_unknown", "LinkedIn does not know this audience.")
    elif visibility == "CONNECTIONS" and is_page(account.external_id):
        yield Problem("visibility", "choice_not_offered", "A LinkedIn page has no connections; choose everyone.")
    if not isinstance(spec.options.get("no_reshare", False), bool):
        yield Problem("no_reshare", "not_boolean", "“no_reshare” is yes or no.")
    if len(str(spec.options.get("media_title") or "")) > _number("title"):
        yield Problem("media_title", "title_too_long", "A title on LinkedIn has 400 characters at most.")


def _media(spec: Spec) -> Iterator[Problem]:
    videos = [item for item in spec.media if item.is_video]
    if videos and len(spec.media) > 1:
        yield Problem("media", "media_mixed", "A LinkedIn post takes one video, or up to 20 pictures.")
    elif len(spec.media) > _number("images"):
        yield Problem("media", "media_too_many", "A LinkedIn post takes up to 20 pictures.")
    for item in spec.media:
        yield from video_problems(item, "LinkedIn", ACCEPTS.videos) if item.is_video else _image(item)


def _image(image: MediaSpec) -> Iterator[Problem]:
    if image.content_type not in str(LIMITS["image_types"].value).split():
        yield Problem("media", "container", "LinkedIn takes JPEG, PNG and GIF pictures.")
    if image.width and image.height and image.width * image.height > _number("image_px"):
        yield Problem("media", "picture_size", "LinkedIn takes pictures of up to 36 million pixels.")
