"""How much a workspace stores, and whether more fits."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from core import clock
from core.errors import PlanLimit
from core.registry import limits
from media.errors import MediaError
from media.models import DirectUpload, MediaFile, UploadSession
from media.words import size_words


@dataclass(frozen=True, slots=True)
class Usage:
    """`used_bytes` counts stored files and what open uploads have announced."""

    used_bytes: int
    limit_bytes: int

    @property
    def free_bytes(self) -> int:
        return max(0, self.limit_bytes - self.used_bytes)


def usage(workspace_id: UUID) -> Usage:
    """What is stored or on its way, against the quota."""
    files = MediaFile.objects.for_workspace(workspace_id).exclude(state=MediaFile.State.ERASED)
    stored = files.aggregate(total=Sum("size_bytes"))["total"] or 0
    coming = (
        UploadSession.objects.for_workspace(workspace_id)
        .filter(expires_at__gt=clock.now())
        .exclude(state=UploadSession.State.FINISHED)
        .aggregate(total=Sum("length"))["total"]
        or 0
    )
    announced = (
        DirectUpload.objects.for_workspace(workspace_id)
        .filter(expires_at__gt=clock.now())
        .exclude(state=DirectUpload.State.CONFIRMED)
        .aggregate(total=Sum("size_bytes"))["total"]
        or 0
    )
    return Usage(used_bytes=stored + coming + announced, limit_bytes=settings.STORAGE_QUOTA_BYTES)


def require(workspace_id: UUID, extra_bytes: int) -> None:
    """Raise `PlanLimit` unless this much more fits into the workspace."""
    limits.check(workspace_id, "storage_bytes", extra_bytes)
    now = usage(workspace_id)
    if extra_bytes > now.free_bytes:
        raise PlanLimit(
            MediaError.STORAGE_FULL,
            f"This workspace has {size_words(now.free_bytes)} of its {size_words(now.limit_bytes)} left, "
            f"and this needs {size_words(extra_bytes)}. Delete videos you no longer need, then try again.",
            {"free_bytes": now.free_bytes, "limit_bytes": now.limit_bytes, "needed_bytes": extra_bytes},
        )
