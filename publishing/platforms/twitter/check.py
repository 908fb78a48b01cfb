"""Everything X would refuse, told before anything is sent."""

import re
from collections.abc import Iterator

from core.text.lengths import length
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.declared import Problem
from publishing.platforms.twitter.limits import LIMITS, video_bytes, video_seconds

REPLIES = {
    "": "Everyone",
    "following": "Accounts you follow",
    "mentionedUsers": "Only accounts you mention",
    "subscribers": "Your subscribers",
    "verified": "Verified accounts",
}
TOGGLES = ("made_with_ai", "paid_partnership")
GIF = "image/gif"
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?![\w$])")


def _number(name: str) -> float:
    return float(LIMITS[name].value)


def text_limit(account: AccountRef) -> int:
    """Weighted characters that this account may post: X gives long posts to its Premium subscribers."""
    premium = account.facts.get("verified_type") == "blue"
    return int(_number("text_premium" if premium else "text"))


def problems(spec: Spec, account: AccountRef) -> Iterator[Problem]:
    """In the order in which a person meets them on the form."""
    yield from _text(spec, account)
    yield from _options(spec)
    yield from _media(spec)


def _text(spec: Spec, account: AccountRef) -> Iterator[Problem]:
    if not spec.text.strip() and not spec.media:
        yield Problem("text", "text_missing", "A post on X needs a text, a picture or a video.")
    used, most = length(spec.text, "weighted"), text_limit(account)
    if used > most:
        sentence = f"X takes {most} characters (links count 23, emoji 2); this text has {used - most} too many."
        yield Problem("text", "text_too_long", sentence)
    if len(set(map(str.upper, _CASHTAG.findall(spec.text)))) > _number("cashtags"):
        yield Problem("text", "cashtags", "X takes one cashtag (like $ABC) a post from this product.")


def _options(spec: Spec) -> Iterator[Problem]:
    if spec.options.get("reply_settings", "") not in REPLIES:
        yield Problem("reply_settings", "choice_unknown", "X does not know this choice of who may reply.")
    for name in TOGGLES:
        if not isinstance(spec.options.get(name, False), bool):
            yield Problem(name, "not_boolean", f"“{name}” is yes or no.")


def _media(spec: Spec) -> Iterator[Problem]:
    single = [item for item in spec.media if item.is_video or item.content_type == GIF]
    if single and len(spec.media) > 1:
        yield Problem("media", "media_mixed", "A post on X takes up to four pictures, or one video, or one GIF.")
    elif len(spec.media) > _number("images"):
        yield Problem("media", "media_too_many", "A post on X takes up to four pictures.")
    for item in spec.media:
        yield from _video(item) if item.is_video else _image(item)


def _image(image: MediaSpec) -> Iterator[Problem]:
    if image.content_type == GIF:
        if image.size_bytes > _number("gif_bytes"):
            yield Problem("media", "too_large", "X takes GIFs up to 15 MB.")
    elif image.content_type not in str(LIMITS["image_types"].value).split():
        yield Problem("media", "container", "X takes JPEG, PNG and WebP pictures, and GIFs.")
    elif image.size_bytes > _number("image_bytes"):
        yield Problem("media", "too_large", "X takes pictures up to 5 MB.")


def _video(video: MediaSpec) -> Iterator[Problem]:
    if video.content_type not in str(LIMITS["video_types"].value).split():
        yield Problem("media", "container", "X takes MP4 and MOV videos.")
    if video.video_codec and video.video_codec not in str(LIMITS["video_codecs"].value).split():
        yield Problem("media", "codec", f"X does not take {video.video_codec}; use H.264.")
    if video.size_bytes > video_bytes():
        yield Problem("media", "too_large", f"X takes videos up to {video_bytes() // 1024**2} MB.")
    if video.duration_s is not None and video.duration_s > video_seconds():
        yield Problem("media", "too_long", f"Videos on X may last {video_seconds():.0f} s at most.")
    if video.duration_s is not None and video.duration_s < _number("duration_min_s"):
        yield Problem("media", "too_short", "Videos on X last half a second at least.")
    if video.width and video.height:
        long, short = max(video.width, video.height), min(video.width, video.height)
        if short < _number("side_min_px"):
            yield Problem("media", "picture_size", "X takes videos of 32 pixels a side at least.")
        if long > _number("aspect_max") * short:
            yield Problem("media", "aspect", "X takes videos at most three times as long as wide, or as wide as long.")
    if video.fps is not None and video.fps > _number("fps_max") + 0.1:
        yield Problem("media", "frame_rate", "X takes up to 60 frames a second.")
