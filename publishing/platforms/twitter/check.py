"""Everything X would refuse, reported before anything is sent."""

import re
from collections.abc import Iterator

from core.text.lengths import length
from platforms.twitter import DESCRIPTOR
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.declared import Problem
from publishing.platforms.twitter.limits import LIMITS, videos
from publishing.platforms.video_rules import problems as video_problems

REPLIES = DESCRIPTOR.choices_of("reply_settings")
TOGGLES = DESCRIPTOR.named("toggle")
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
        yield from video_problems(item, "X", videos()) if item.is_video else _image(item)


def _image(image: MediaSpec) -> Iterator[Problem]:
    if image.content_type == GIF:
        if image.size_bytes > _number("gif_bytes"):
            yield Problem("media", "too_large", "X takes GIFs up to 15 MB.")
    elif image.content_type not in str(LIMITS["image_types"].value).split():
        yield Problem("media", "container", "X takes JPEG, PNG and WebP pictures, and GIFs.")
    elif image.size_bytes > _number("image_bytes"):
        yield Problem("media", "too_large", "X takes pictures up to 5 MB.")
