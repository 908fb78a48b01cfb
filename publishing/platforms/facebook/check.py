"""Everything Facebook would refuse on a Page, reported before anything is sent; and which kind of post a spec is."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from core.text.lengths import length
from platforms.facebook import DESCRIPTOR
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.declared import Problem
from publishing.platforms.facebook.limits import LIMITS, REELS, VIDEOS
from publishing.platforms.video_rules import SHAPE_SLACK, UPRIGHT
from publishing.platforms.video_rules import problems as video_problems

KINDS = DESCRIPTOR.choices_of("video_as")


def _number(name: str) -> float:
    return float(LIMITS[name].value)


def kind_of(spec: Spec) -> str:
    """`reel`, `video`, `photos` or `text`."""
    video = spec.video
    if video is None:
        return "photos" if spec.media else "text"
    wanted = str(spec.options.get("video_as", "auto"))
    if wanted in ("reel", "video"):
        return wanted
    return "video" if any(True for _ in _reel(video)) else "reel"


def problems(spec: Spec, account: AccountRef) -> Iterator[Problem]:
    """In the order in which a person meets them on the form."""
    used, most = length(spec.text, "utf16"), int(_number("text"))
    if used > most:
        yield Problem(
            "text", "text_too_long", f"Facebook takes {most} characters; this text has {used - most} too many."
        )
    if length(spec.title, "utf16") > _number("title"):
        yield Problem("title", "title_too_long", "The title has 255 characters at most.")
    yield from _options(spec)
    yield from _media(spec)


def _options(spec: Spec) -> Iterator[Problem]:
    if str(spec.options.get("video_as", "auto")) not in KINDS:
        yield Problem("video_as", "choice_unknown", "A Facebook video goes out as a Reel or as a video.")
    link = str(spec.options.get("link") or "")
    if not link:
        return
    parts = urlsplit(link)
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host:
        yield Problem("link", "format", "This is no web address like https://example.com/page.")
    elif host == "facebook.com" or host.endswith(".facebook.com"):
        yield Problem("link", "own_link", "Facebook does not take links to facebook.com in a post.")
    if spec.media:
        yield Problem("link", "link_with_media", "Facebook shows a link only on posts without video or pictures.")


def _media(spec: Spec) -> Iterator[Problem]:
    videos = [item for item in spec.media if item.is_video]
    if not spec.media:
        if not spec.text.strip() and not spec.options.get("link"):
            yield Problem("text", "post_empty", "Write a text, add a link, or choose a video or pictures for Facebook.")
        return
    if videos and len(spec.media) > 1:
        yield Problem("media", "media_mixed", "A Facebook post has one video, or pictures, but not both.")
        return
    if videos:
        is_reel = spec.options.get("video_as") == "reel"
        yield from _reel(videos[0]) if is_reel else video_problems(videos[0], "Facebook", VIDEOS)
        return
    if len(spec.media) > _number("photos"):
        yield Problem("media", "media_too_many", "A Facebook post takes 10 pictures at most.")
    for image in spec.media:
        if image.content_type not in str(LIMITS["image_types"].value).split():
            yield Problem("media", "format", "Facebook takes JPEG and PNG pictures.")
        if image.size_bytes > _number("image_bytes"):
            yield Problem("media", "too_large", "Facebook takes pictures up to 4 MB.")


def _reel(video: MediaSpec) -> Iterator[Problem]:
    """What keeps a video from being a Reel."""
    yield from video_problems(video, "a Facebook Reel", REELS, otherwise="send it as a video")
    name = f"“{video.name}”" if video.name else "This video"
    if not video.width or not video.height:
        yield Problem("media", "picture_size", f"The size of {name} is not known, so it cannot be a Facebook Reel.")
    elif abs(video.width / video.height - UPRIGHT) > SHAPE_SLACK:
        sentence = f"{name} has {video.width}×{video.height} pixels; a Facebook Reel is 9:16 (vertical)."
        yield Problem("media", "aspect", f"{sentence} Send it as a video instead.")
