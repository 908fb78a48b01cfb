"""From a platform's own options, as the form of that platform asks for them, to Blotato's `target`."""

from typing import Any

from publishing.platforms.base import AccountRef, Spec
from publishing.platforms.facebook.check import kind_of

# Which options of each platform's form Blotato passes on. What it does not is not asked for.
OPTIONS = {
    "tiktok": {
        "privacy_level", "allow_comment", "allow_duet", "allow_stitch", "disclose", "your_brand", "branded_content",
        "is_aigc", "send_to", "auto_add_music", "title",
    },
    "youtube": {
        "title", "privacy_status", "made_for_kids", "notify_subscribers", "is_synthetic", "thumbnail_file_id",
    },
    "instagram": {"collaborators", "alt_text"},
    "facebook": {"link", "video_as"},
    "linkedin": set(),
    "twitter": set(),
}  # fmt: skip


def target(spec: Spec, account: AccountRef, thumbnail_url: str = "") -> dict[str, Any]:
    """The `target` of a post."""
    found: dict[str, Any] = {"targetType": spec.platform}
    maker = _MAKERS.get(spec.platform)
    if maker is not None:
        found |= maker(spec)
    if account.facts.get("page_id"):
        found["pageId"] = str(account.facts["page_id"])
    if thumbnail_url:
        found["thumbnailUrl"] = thumbnail_url
    return found


def is_draft(spec: Spec) -> bool:
    """Whether the post goes into the account's TikTok inbox, for the person to post it there."""
    return spec.platform == "tiktok" and spec.options.get("send_to") == "inbox"


def _tiktok(spec: Spec) -> dict[str, Any]:
    options = spec.options
    disclosed = bool(options.get("disclose"))
    more: dict[str, Any] = {}
    if is_draft(spec):
        more["isDraft"] = True
    if spec.media and spec.video is None:
        more |= {"autoAddMusic": bool(options.get("auto_add_music", False))}
        if spec.title:
            more["title"] = spec.title
    return {
        # Of a draft TikTok asks for the audience later; Blotato wants one named all the same.
        "privacyLevel": str(options.get("privacy_level") or ("SELF_ONLY" if is_draft(spec) else "")),
        "disabledComments": not options.get("allow_comment", False),
        "disabledDuet": not options.get("allow_duet", False),
        "disabledStitch": not options.get("allow_stitch", False),
        "isBrandedContent": disclosed and bool(options.get("branded_content")),
        "isYourBrand": disclosed and bool(options.get("your_brand")),
        "isAiGenerated": bool(options.get("is_aigc", False)),
        **more,
    }


def _youtube(spec: Spec) -> dict[str, Any]:
    options = spec.options
    return {
        "title": spec.title,
        "privacyStatus": str(options.get("privacy_status", "")),
        "shouldNotifySubscribers": bool(options.get("notify_subscribers", True)),
        "isMadeForKids": bool(options.get("made_for_kids", False)),
        "containsSyntheticMedia": bool(options.get("is_synthetic", False)),
    }


def _instagram(spec: Spec) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if spec.video is not None and len(spec.media) == 1:
        found["mediaType"] = "reel"
    if spec.options.get("alt_text"):
        found["altText"] = str(spec.options["alt_text"])
    if spec.options.get("collaborators"):
        found["collaborators"] = [str(name) for name in spec.options["collaborators"]]
    return found


def _facebook(spec: Spec) -> dict[str, Any]:
    found: dict[str, Any] = {"mediaType": kind_of(spec)} if spec.video is not None else {}
    if spec.options.get("link"):
        found["link"] = str(spec.options["link"])
    return found


_MAKERS = {"tiktok": _tiktok, "youtube": _youtube, "instagram": _instagram, "facebook": _facebook}
