"""From rows of lower layers to what the planners work with."""

from uuid import UUID

from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from editing.errors import EditingError
from editing.plan import TARGET_LUFS, Audio, Card, Music, Watermark
from editing.planners import Extras, Material, material_from_features
from editing.requests import EditRequest
from media.models import MediaFile
from patterns.models import Analysis
from videos.models import Video

_IMAGE_CARD_S = 2.0
_LONGEST_CARD_S = 30.0


def material_of(video: Video) -> tuple[Material, bool]:
    """What is known of a video, and whether it was measured. `Conflict` while not even its length is known."""
    media = video.media
    analysis = Analysis.objects.filter(video=video, state=Analysis.State.DONE).first()
    if analysis is not None and analysis.features.get("duration_s"):
        return material_from_features(analysis.features), True
    if not media.is_ready or not media.duration_s or not media.width or not media.height:
        raise Conflict(
            EditingError.VIDEO_NOT_READY,
            f"“{video.title}” is still being prepared. Edit it as soon as it is ready.",
        )
    return (
        Material(
            duration_s=media.duration_s,
            width=media.width,
            height=media.height,
            fps=media.fps or 30.0,
            has_sound=bool(media.has_audio),
        ),
        False,
    )


def extras_of(actor: Actor, request: EditRequest) -> Extras:
    """Sound, cards and watermark from the workspace's files."""
    music = _file(actor, request.music_id, "music", ("audio/", "video/"))
    watermark = _file(actor, request.watermark_id, "watermark", ("image/",))
    return Extras(
        audio=Audio(
            source_sound=request.source_sound,
            music=Music(source=str(music.pk)) if music else None,
            loudness_lufs=TARGET_LUFS if request.level_loudness else None,
        ),
        intro=_card(_file(actor, request.intro_id, "intro", ("image/", "video/"))),
        outro=_card(_file(actor, request.outro_id, "outro", ("image/", "video/"))),
        watermark=Watermark(source=str(watermark.pk)) if watermark else None,
    )


def _file(actor: Actor, file_id: UUID | None, use: str, types: tuple[str, ...]) -> MediaFile | None:
    if file_id is None:
        return None
    files = MediaFile.objects.for_workspace(actor.workspace_id).filter(state=MediaFile.State.READY)
    file = files.filter(pk=file_id).first()
    if file is None:
        raise NotFound(EditingError.FILE_GONE, f"The file chosen as {use} is not in this workspace. Choose another.")
    if not file.content_type.startswith(types):
        raise ValidationFailed(EditingError.BAD_PLAN, f"“{file}” cannot be used as {use}. Choose another file.")
    return file


def _card(file: MediaFile | None) -> Card | None:
    if file is None:
        return None
    length = min(file.duration_s, _LONGEST_CARD_S) if file.duration_s else _IMAGE_CARD_S
    return Card(source=str(file.pk), duration_s=max(0.5, round(length, 3)))
