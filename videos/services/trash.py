"""Erases what has been in the trash for 30 days."""

from django.db import transaction
from django.db.models import ProtectedError

from core import clock, retention
from media import services as files
from media.models import MediaFile
from videos.models import Folder, Video

_BATCH = 100


def purge() -> int:
    """Erase videos and folders whose time in the trash is over. System scope. Returns how many videos went.

    A video that something still uses (a rendition, a script) stays until that is gone; a file that a post uses stays
    without its video.
    """
    limit = clock.now() - retention.IN_TRASH
    count = 0
    for video in Video.objects.filter(deleted_at__lt=limit).order_by("deleted_at", "id")[:_BATCH]:
        count += erase(video)
    Folder.objects.filter(deleted_at__lt=limit).delete()
    return count


def erase(video: Video) -> bool:
    """Delete a video for good, with the files that nothing else uses. False when something still needs it."""
    held = [key for key in (video.media_id, video.poster_id, video.storyboard_id) if key is not None]
    try:
        with transaction.atomic():
            video.delete()
    except ProtectedError:
        return False
    for file in MediaFile.objects.filter(pk__in=held):
        try:
            with transaction.atomic():
                files.forget(file)
        except ProtectedError:
            continue
    return True
