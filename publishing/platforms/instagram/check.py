"""Everything Instagram would refuse, reported before anything is sent."""

import re
from collections.abc import Iterator

from core.text.lengths import length
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.declared import Problem
from publishing.platforms.instagram.limits import ACCEPTS, LIMITS
from publishing.platforms.video_rules import problems as video_problems

_HASHTAG = re.compile(r"(?<!\w)#\w+")
_MENTION = re.compile(r"(?<!\w)@\w[\w.]*")
_USERNAME = re.compile(r"^@?[A-Za-z0-9._]{1,30}$")
# A picture's sides are whole pixels, so its shape may miss a limit by a little.
_SLACK = 0.005


def _number(name: str) -> float:
    return float(LIMITS[name].value)


def problems(spec: Spec, account: AccountRef) -> Iterator[Problem]:
    """In the order in which a person meets them on the form."""
    yield from _text(spec)
    yield from _options(spec)
    most = int(_number("carousel_max"))
    if not spec.media:
        yield Problem("media", "media_missing", "Instagram needs a video or a picture. Choose one.")
    elif len(spec.media) > most:
        yield Problem("media", "media_too_many", f"An Instagram carousel has {most} items at most.")
    for media in spec.media:
        yield from video_problems(media, "Instagram", ACCEPTS.videos) if media.is_video else _image(media)


def _text(spec: Spec) -> Iterator[Problem]:
    used, most = length(spec.text, "utf16"), int(_number("text"))
    if used > most:
        sentence = f"Instagram takes {most} characters; this text has {used - most} too many."
        yield Problem("text", "text_too_long", sentence)
    for name, found in (("hashtags", _HASHTAG.findall(spec.text)), ("mentions", _MENTION.findall(spec.text))):
        allowed = int(_number(name))
        if len(found) > allowed:
            yield Problem("text", f"{name}_too_many", f"Instagram takes {allowed} {name}; this text has {len(found)}.")


def _options(spec: Spec) -> Iterator[Problem]:
    options = spec.options
    if not isinstance(options.get("share_to_feed", True), bool):
        yield Problem("share_to_feed", "not_boolean", "“share_to_feed” is yes or no.")
    people = options.get("collaborators", [])
    if not isinstance(people, list) or not all(isinstance(name, str) and _USERNAME.match(name) for name in people):
        yield Problem("collaborators", "format", "Collaborators are Instagram usernames, separated by commas.")
    elif len(people) > _number("collaborators"):
        yield Problem("collaborators", "too_many", "Instagram takes 3 collaborators at most.")
    if length(str(options.get("alt_text", "")), "utf16") > _number("alt_text"):
        yield Problem("alt_text", "too_long", "The description of the picture has 1,000 characters at most.")
    cover, video = options.get("thumb_offset"), spec.video
    if cover is not None and (not isinstance(cover, int) or isinstance(cover, bool) or cover < 0):
        yield Problem("thumb_offset", "format", "The cover frame is a moment in milliseconds.")
    elif cover is not None and video and video.duration_s is not None and cover > video.duration_s * 1000:
        yield Problem("thumb_offset", "too_late", "The chosen cover frame lies behind the end of the video.")


def _image(image: MediaSpec) -> Iterator[Problem]:
    if image.content_type not in str(LIMITS["image_types"].value).split():
        yield Problem("media", "format", "Instagram takes JPEG pictures only.")
    if image.size_bytes > _number("image_bytes"):
        yield Problem("media", "too_large", "Instagram takes pictures up to 8 MB.")
    if not image.width or not image.height:
        return
    if not _number("image_width_min_px") <= image.width <= _number("image_width_max_px"):
        yield Problem("media", "picture_size", "An Instagram picture is 320 to 1,440 pixels wide.")
    shape = image.width / image.height
    if not _number("image_aspect_min") - _SLACK <= shape <= _number("image_aspect_max") + _SLACK:
        yield Problem("media", "aspect", "Instagram takes pictures between 4:5 (tall) and 1.91:1 (wide).")
