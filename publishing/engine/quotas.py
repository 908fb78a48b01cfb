"""Long quotas: one unit is reserved by a conditional UPDATE before the first step."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from publishing.models import QuotaWindow
from publishing.platforms.declared import QuotaNeed


class Exhausted(Exception):
    """A quota has nothing left until it resets."""

    def __init__(self, need: QuotaNeed) -> None:
        super().__init__(need.bucket)
        self.need = need


def reserve(needs: Sequence[QuotaNeed]) -> None:
    """Take one unit of every quota or of none; raises `Exhausted` with the one that is empty."""
    for need in needs:
        QuotaWindow.objects.get_or_create(
            bucket=need.bucket, period=need.period, defaults={"limit": need.limit, "resets_at": need.resets_at}
        )
    with transaction.atomic():
        for need in needs:
            rows = QuotaWindow.objects.filter(bucket=need.bucket, period=need.period, used__lt=need.limit)
            if not rows.update(used=F("used") + 1, limit=need.limit):
                raise Exhausted(need)
