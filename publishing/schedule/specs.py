"""What will be sent: built from a target while it may change, read back from its frozen form afterwards."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from media.models import MediaFile
from publishing.models import PostTarget, SocialAccount
from publishing.platforms.base import AccountRef, MediaSpec, Spec


def media_spec(file: MediaFile) -> MediaSpec:
    """A stored file as an adapter sees it."""
    probe: dict[str, Any] = file.probe or {}
    return MediaSpec(
        file_id=str(file.pk),
        storage_key=file.storage_key,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        content_type=file.content_type,
        duration_s=file.duration_s,
        width=file.width,
        height=file.height,
        fps=file.fps,
        video_codec=str(probe.get("video_codec") or ""),
        audio_codec=str(probe.get("audio_codec") or ""),
        pixel_format=str(probe.get("pixel_format") or ""),
        animated=bool(probe.get("animated")),
        sample_rate_hz=probe.get("audio_sample_rate_hz"),
        channels=probe.get("audio_channels"),
        bit_rate=probe.get("bit_rate"),
        starts_at_once=probe.get("starts_at_once"),
        interlaced=bool(probe.get("interlaced")),
        open_gop=bool(probe.get("open_gop")),
        name=file.original_name,
    )


def thumbnail_of(target: PostTarget) -> MediaFile | None:
    """The picture chosen for this account, if any."""
    return thumbnail_in(target.workspace_id, target.options)


def thumbnail_in(workspace_id: UUID, options: Mapping[str, Any]) -> MediaFile | None:
    """The picture that options name by `thumbnail_file_id`, if it is there."""
    try:
        chosen = UUID(str(options.get("thumbnail_file_id") or ""))
    except ValueError:
        return None
    files = MediaFile.objects.for_workspace(workspace_id)
    return files.filter(pk=chosen, state=MediaFile.State.READY).first()


def build(target: PostTarget, files: Sequence[MediaFile] | None = None) -> Spec:
    """The spec of a target as it stands. Reads `post.media` with their files unless the `files` are given."""
    if files is None:
        files = [item.file for item in target.post.media.all()]
    thumbnail = thumbnail_of(target)
    return Spec(
        platform=target.platform,
        text=target.effective_text(),
        title=target.title,
        options=dict(target.options),
        media=tuple(media_spec(file) for file in files),
        thumbnail=media_spec(thumbnail) if thumbnail else None,
    )


def freeze(spec: Spec) -> dict[str, Any]:
    """A spec as JSON for the row."""
    return {
        "text": spec.text,
        "title": spec.title,
        "options": dict(spec.options),
        "media": [asdict(item) for item in spec.media],
        "thumbnail": asdict(spec.thumbnail) if spec.thumbnail else None,
    }


def thaw(platform: str, frozen: dict[str, Any]) -> Spec:
    """The spec that was frozen."""
    return Spec(
        platform=platform,
        text=frozen["text"],
        title=frozen["title"],
        options=frozen["options"],
        media=tuple(MediaSpec(**item) for item in frozen["media"]),
        thumbnail=MediaSpec(**frozen["thumbnail"]) if frozen.get("thumbnail") else None,
    )


def content_key(spec: Spec) -> str:
    """Equal for the same words with the same bytes, whatever their spacing and file names."""
    words = "\n".join(" ".join(part.split()) for part in (spec.title, spec.text))
    files = "\n".join(item.sha256 or item.file_id for item in spec.media)
    return hashlib.sha256(f"{words}\n\n{files}".encode()).hexdigest()


def same_words(spec: Spec) -> str:
    """How a person is told of another post with this content: by what it really has."""
    kinds = {"video" if item.is_video else "picture" for item in spec.media}
    files = kinds.pop() if len(kinds) == 1 else "file"
    parts = ["text"] if spec.text.strip() or spec.title.strip() else []
    if spec.media:
        parts.append(files if len(spec.media) == 1 else f"{files}s")
    return f"A post with the same {' and '.join(parts)}"


def account_ref(account: SocialAccount) -> AccountRef:
    """An account as an adapter sees it."""
    return AccountRef(account.external_id, account.username, dict(account.facts))
