"""Finds files that crashed runs left behind. Nothing younger than a day is touched: it may still be in the making."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from media.models import DirectUpload, MediaFile, UploadSession
from media.storage import ROOT, store

AGE = timedelta(hours=24)
_BATCH = 500


def scratch_files(before: datetime, check: Callable[[], None] = lambda: None) -> int:
    """Remove what lies in the scratch folders since before an instant. Returns how many entries."""
    count = 0
    # The parts of a local upload lie in a folder that every chunk touches; one untouched for a day has expired.
    parts = Path(str(settings.MEDIA_ROOT)) / "tmp" / "uploads"
    for folder in (Path(str(settings.FILE_UPLOAD_TEMP_DIR)), Path(settings.WORK_DIR), parts):
        for entry in folder.iterdir() if folder.is_dir() else ():
            check()
            if entry.stat(follow_symlinks=False).st_mtime >= before.timestamp():
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
            count += 1
    return count


def orphans(before: datetime, check: Callable[[], None] = lambda: None) -> int:
    """Delete stored bytes older than an instant that no row names. Returns how many keys."""
    count, batch = 0, []
    for key, changed_at in store().keys(ROOT):
        if changed_at < before.timestamp():
            batch.append(key)
        if len(batch) >= _BATCH:
            check()
            count += _delete_unnamed(batch)
            batch = []
    return count + _delete_unnamed(batch)


def _delete_unnamed(keys: list[str]) -> int:
    named = set(MediaFile.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True))
    named |= set(UploadSession.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True))
    for column in ("storage_key", "final_key"):
        rows = DirectUpload.objects.filter(**{f"{column}__in": keys})
        named |= set(rows.values_list(column, flat=True))
    unnamed = [key for key in keys if key not in named]
    for key in unnamed:
        store().delete(key)
    return len(unnamed)
