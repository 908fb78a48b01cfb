"""How a file of the media library is drawn: its picture, what tells it from another, where it is used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from core import formatting
from core.actor import Actor
from editing import selectors as renditions
from editing.models import Rendition
from media.formatting import duration_words, size_words
from media.models import MediaFile
from media.signed_urls import signed_path
from publishing.services import files as files_of_posts
from videos import selectors as videos
from videos.models import Video


@dataclass(frozen=True, slots=True)
class Used:
    """Something that shows a file."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class FileCard:
    """A file as drawn. `origin` says where it comes from when that is not an upload for posts."""

    file: MediaFile
    picture: str
    facts: str
    duration: str
    origin: Used | None = None
    uses: Sequence[Used] = field(default_factory=tuple)
    more_uses: int = 0

    @property
    def key(self) -> str:
        return str(self.file.pk)

    @property
    def name(self) -> str:
        return self.file.original_name or self.file.get_kind_display()

    @property
    def is_video(self) -> bool:
        return self.file.content_type.startswith("video/")

    @property
    def at(self) -> datetime:
        return self.file.created_at


_SHOWN_USES = 2


def cards(actor: Actor, files: Iterable[MediaFile], *, with_uses: bool = False) -> list[FileCard]:
    """Cards of files in two further queries, in four with their uses."""
    found = list(files)
    of_videos, of_edits = _origins(actor, [file.pk for file in found if file.kind != MediaFile.Kind.IMAGE])
    uses = files_of_posts.uses_of(actor, found) if with_uses else {}
    made = []
    for file in found:
        video, rendition = of_videos.get(file.pk), of_edits.get(file.pk)
        posts = [_post(use) for use in uses.get(file.pk, [])[:_SHOWN_USES]]
        made.append(
            FileCard(
                file=file,
                picture=_picture(file, video or (rendition.edit.video if rendition else None)),
                facts=facts_of(file),
                duration=duration_words(file.duration_s) if file.duration_s else "",
                origin=_origin(video, rendition),
                uses=posts,
                more_uses=max(0, len(uses.get(file.pk, [])) - _SHOWN_USES),
            )
        )
    return made


def facts_of(file: MediaFile) -> str:
    """`1080×1920 · 12.4 MB`, and whether it is an edited edition."""
    shape = f"{file.width}×{file.height}" if file.width and file.height else ""
    edited = "edited" if file.kind == MediaFile.Kind.RENDITION else ""
    return " · ".join(part for part in (shape, size_words(file.size_bytes), edited) if part)


def _origins(actor: Actor, ids: list[UUID]) -> tuple[dict[UUID, Video], dict[UUID, Rendition]]:
    if not ids:
        return {}, {}
    return videos.by_file(actor, ids), renditions.by_file(actor, ids)


def _picture(file: MediaFile, video: Video | None) -> str:
    if file.thumbnail is not None:
        return signed_path(file.thumbnail)
    if file.content_type.startswith("image/"):
        return signed_path(file)
    return signed_path(video.poster) if video is not None and video.poster is not None else ""


def _origin(video: Video | None, rendition: Rendition | None) -> Used | None:
    if video is not None:
        return Used(f"Video “{video.title}”", reverse("video_detail", args=[video.pk]))
    if rendition is not None:
        return Used(f"Edit “{rendition.edit.title}”", reverse("edit_detail", args=[rendition.edit_id]))
    return None


def _post(use: files_of_posts.PostUse) -> Used:
    name = formatting.excerpt(use.text) or f"Post {use.post_id}"
    return Used(f"Post “{name}”", reverse("post_detail", args=[use.post_id]))
