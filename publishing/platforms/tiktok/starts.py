"""How a post is announced to TikTok: a video by upload, photos by addresses; posted at once, or put into the inbox.

Photos have no upload: TikTok fetches them from our addresses and publishes by itself, so announcing them is the commit.
A draft in the inbox is not public; TikTok asks for its caption there, except for photos.
"""

from collections.abc import Mapping
from typing import Any

from publishing.platforms.base import MediaSpec, Session, Spec
from publishing.platforms.tiktok.limits import plan_chunks

PUBLISH = "/v2/post/publish"
INBOX_SENTENCE = (
    "It waits in the TikTok app: open this account's inbox there, finish the draft and post it. It is not public yet. "
    "We check from time to time."
)


def is_inbox(spec: Spec) -> bool:
    """Whether the person finishes the post in TikTok's app."""
    return spec.options.get("send_to") == "inbox"


def is_photos(spec: Spec) -> bool:
    """Whether the post shows pictures."""
    return bool(spec.media) and spec.video is None


def video(spec: Spec, media: MediaSpec, creator: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, int]]:
    """Path, body, and the chunks of a video."""
    chunk, count = plan_chunks(media.size_bytes)
    source = {
        "source": "FILE_UPLOAD",
        "video_size": media.size_bytes,
        "chunk_size": chunk,
        "total_chunk_count": count,
    }
    chunks = {"chunk": chunk, "count": count, "sent": 0, "size": media.size_bytes}
    if is_inbox(spec):
        return f"{PUBLISH}/inbox/video/init/", {"source_info": source}, chunks
    return f"{PUBLISH}/video/init/", {"post_info": _video_info(spec, creator), "source_info": source}, chunks


def photos(session: Session, spec: Spec, creator: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Path and body of a post of photos."""
    info: dict[str, Any] = {"title": spec.title, "description": spec.text}
    if not is_inbox(spec):
        info |= {
            "privacy_level": spec.options["privacy_level"],
            "disable_comment": _disabled(spec, creator, "comment"),
            "auto_add_music": bool(spec.options.get("auto_add_music", False)),
            **_brand(spec),
        }
    return f"{PUBLISH}/content/init/", {
        "media_type": "PHOTO",
        "post_mode": "MEDIA_UPLOAD" if is_inbox(spec) else "DIRECT_POST",
        "post_info": info,
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": [session.link(item) for item in spec.media],
            "photo_cover_index": 0,
        },
    }


def _disabled(spec: Spec, creator: Mapping[str, Any], name: str) -> bool:
    """Interaction is off unless the person allowed it and the account offers it."""
    return bool(creator.get(f"{name}_disabled")) or not spec.options.get(f"allow_{name}", False)


def _brand(spec: Spec) -> dict[str, bool]:
    options = spec.options
    return {
        "brand_content_toggle": bool(options.get("disclose") and options.get("branded_content")),
        "brand_organic_toggle": bool(options.get("disclose") and options.get("your_brand")),
    }


def _video_info(spec: Spec, creator: Mapping[str, Any]) -> dict[str, Any]:
    info: dict[str, Any] = {
        "title": spec.text,
        "privacy_level": spec.options["privacy_level"],
        "disable_comment": _disabled(spec, creator, "comment"),
        "disable_duet": _disabled(spec, creator, "duet"),
        "disable_stitch": _disabled(spec, creator, "stitch"),
        **_brand(spec),
        "is_aigc": bool(spec.options.get("is_aigc", False)),
    }
    if spec.options.get("cover_ms") is not None:
        info["video_cover_timestamp_ms"] = int(spec.options["cover_ms"])
    return info
