"""How much a workspace stores, and whether more fits."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum

from core import clock
from core.errors import PlanLimit
from core.hooks import limits
from media.errors import MediaError
from media.formatting import size_words
from media.models import DirectUpload, MediaFile, UploadSession


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
    mine: Any = {"workspace_id": workspace_id}
    stored = MediaFile.objects.filter(**mine).exclude(state=MediaFile.State.ERASED)
    coming = UploadSession.objects.filter(**mine, expires_at__gt=clock.now()).exclude(
        state=UploadSession.State.FINISHED
    )
    announced = DirectUpload.objects.filter(**mine, expires_at__gt=clock.now()).exclude(
        state=DirectUpload.State.CONFIRMED
    )
    sums = _sum(stored, "size_bytes").union(_sum(coming, "length"), _sum(announced, "size_bytes"), all=True)
    return Usage(used_bytes=sum(size or 0 for (size,) in sums), limit_bytes=settings.STORAGE_QUOTA_BYTES)


def _sum(rows: QuerySet[Any], column: str) -> QuerySet[Any, tuple[int]]:
    """The sum of a column, in no row or in one, so that several need one query together."""
    return rows.order_by().values("workspace_id").annotate(total=Sum(column)).values_list("total")


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
