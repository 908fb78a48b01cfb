"""Everything TikTok would refuse, reported before anything is sent."""

from collections.abc import Iterator
from dataclasses import replace

from core.text.lengths import length
from platforms.tiktok import DESCRIPTOR
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.declared import Problem
from publishing.platforms.tiktok.limits import ACCEPTS, LIMITS
from publishing.platforms.video_rules import problems as video_problems

PRIVACY = DESCRIPTOR.choices_of("privacy_level")
TOGGLES = DESCRIPTOR.named("toggle")
SEND_TO = DESCRIPTOR.choices_of("send_to")


def _number(name: str) -> float:
    return float(LIMITS[name].value)


def problems(spec: Spec, account: AccountRef) -> Iterator[Problem]:
    """In the order in which a person meets them on the form."""
    yield from _text(spec)
    yield from _options(spec, account)
    video = spec.video
    if not spec.media:
        yield Problem("media", "media_missing", "TikTok needs a video or photos. Choose some.")
    elif video is None:
        yield from _photos(spec)
    elif len(spec.media) > 1:
        yield Problem("media", "media_too_many", "A TikTok post has exactly one video, or photos only.")
    else:
        yield from _video(video, account)


def _photos(spec: Spec) -> Iterator[Problem]:
    most = int(_number("photos"))
    if len(spec.media) > most:
        yield Problem("media", "media_too_many", f"A TikTok post has {most} photos at most.")
    for item in spec.media:
        if item.content_type not in str(LIMITS["photo_types"].value).split():
            yield Problem("media", "format", f"TikTok takes JPEG and WebP photos; “{item.name or 'one'}” is neither.")
        elif item.size_bytes > _number("photo_bytes"):
            yield Problem("media", "too_large", f"TikTok takes photos up to 20 MB; “{item.name or 'one'}” is larger.")
    over = length(spec.title, "utf16") - int(_number("photo_title"))
    if over > 0:
        yield Problem("title", "title_too_long", f"TikTok takes titles of 90 characters; this one has {over} too many.")


def _text(spec: Spec) -> Iterator[Problem]:
    photos = bool(spec.media) and spec.video is None
    used, most = length(spec.text, "utf16"), int(_number("photo_text" if photos else "text"))
    if used > most:
        yield Problem("text", "text_too_long", f"TikTok takes {most} characters; this text has {used - most} too many.")


def _options(spec: Spec, account: AccountRef) -> Iterator[Problem]:
    options = spec.options
    privacy = options.get("privacy_level", "")
    if options.get("send_to", "post") not in SEND_TO:
        yield Problem("send_to", "choice_unknown", "A TikTok post is posted, or put into the inbox.")
    inbox = options.get("send_to") == "inbox"
    if inbox and not privacy:
        # TikTok asks for the audience when the person posts the draft there.
        pass
    elif not privacy:
        yield Problem("privacy_level", "choice_missing", "Choose who can see this video on TikTok.")
    elif privacy not in PRIVACY:
        yield Problem("privacy_level", "choice_unknown", "TikTok does not know this audience.")
    else:
        offered = account.facts.get("privacy_level_options") or []
        if offered and privacy not in offered:
            sentence = f"{account.username or 'This account'} does not offer “{PRIVACY[privacy]}” on TikTok."
            yield Problem("privacy_level", "choice_not_offered", sentence)
    for name in TOGGLES:
        if not isinstance(options.get(name, False), bool):
            yield Problem(name, "not_boolean", f"“{name}” is yes or no.")
    if options.get("disclose") and not (options.get("your_brand") or options.get("branded_content")):
        yield Problem(
            "disclose", "choice_missing", "Say whether the video promotes your own brand, a partner's, or both."
        )
    if options.get("branded_content") and privacy == "SELF_ONLY":
        yield Problem("privacy_level", "branded_private", "Branded content cannot be visible to you only.")


def _video(video: MediaSpec, account: AccountRef) -> Iterator[Problem]:
    rules, label = ACCEPTS.videos, "TikTok"
    own = float(account.facts.get("max_video_post_duration_sec") or 0)
    if own and own < rules.seconds_max:
        rules, label = replace(rules, seconds_max=own), "this TikTok account"
    return video_problems(video, label, rules)
