"""How far the way from a video to its results has come, as `<c-flow>` shows it: read from rows, never assumed."""

from django.urls import reverse

from videos.models import Video


def steps_of(video: Video | None) -> dict[str, str]:
    """The pages of a video and of its patterns; a step that does not exist is left out."""
    if video is None or video.deleted_at is not None:
        return {}
    page = reverse("video_detail", args=[video.pk])
    measured = {"pattern": f"{page}#patterns-title"} if video.status == Video.Status.PROCESSED else {}
    return {"video": page, **measured}
