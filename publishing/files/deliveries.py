"""Delivery copies: the addresses from which platforms pull files, and the clean-up of what was made for them.

Every address lies on our own domain (`PUBLIC_BASE_URL/m/<token>/<name>`), is signed, ends after 24 hours, answers
ranges, and is streamed through this process from whatever store holds the bytes: it never redirects.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError

from core import clock
from media import signed_urls
from media.models import MediaFile
from media.services import forget
from publishing.models import Delivery, PostTarget
from publishing.platforms.base import MediaSpec, Spec
from publishing.states import FINISHED

_BATCH = 500


def link(media: MediaSpec) -> str:
    """Where a platform may fetch a file of a frozen spec for the next 24 hours. Reads nothing from the database."""
    return signed_urls.url_of(UUID(media.file_id), signed_urls.plain_name(media.name, media.content_type))


def files_of(spec: Spec) -> list[MediaSpec]:
    """Every file that goes out with a spec: its media in order, then its thumbnail."""
    return [*spec.media, *([spec.thumbnail] if spec.thumbnail else [])]


def note(target: PostTarget, spec: Spec, but: Collection[str] = ()) -> None:
    """Write down what this target is given as it is; `but` names files that go as copies. May be repeated."""
    for media in files_of(spec):
        if media.file_id in but:
            continue
        Delivery.objects.get_or_create(
            workspace_id=target.workspace_id, target=target, source_id=UUID(media.file_id), recipe_key=""
        )


def clean_up(check: Callable[[], None] = lambda: None) -> int:
    """Remove delivery copies whose target ended `VIDEO_RETENTION_DAYS` ago. The originals stay. Returns how many rows.

    System scope. A copy that several targets were given goes with the last of them.
    """
    before = clock.now() - timedelta(days=settings.VIDEO_RETENTION_DAYS)
    over = Delivery.objects.filter(target__state__in=sorted(FINISHED), target__finished_at__lte=before)
    count = 0
    for delivery in over.select_related("file").order_by("id")[:_BATCH]:
        check()
        with transaction.atomic():
            copy = delivery.file
            delivery.delete()
            if copy is not None:
                _drop(copy)
        count += 1
    return count + _strays(check)


def _strays(check: Callable[[], None]) -> int:
    """Copies whose targets were erased in the meantime."""
    before = clock.now() - timedelta(days=settings.VIDEO_RETENTION_DAYS)
    named = Delivery.objects.filter(file__isnull=False).values("file_id")
    rows = MediaFile.objects.filter(kind=MediaFile.Kind.DELIVERY, created_at__lte=before).exclude(pk__in=named)
    count = 0
    for copy in rows.order_by("id")[:_BATCH]:
        check()
        count += _drop(copy)
    return count


def _drop(copy: MediaFile) -> bool:
    """Delete a copy unless another target still has it."""
    try:
        forget(copy)
    except ProtectedError:
        return False
    return True
