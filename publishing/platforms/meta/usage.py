"""Meta's usage headers: how much of an allowance is used (percent), and when a throttled one is back."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from publishing.platforms.http import Answer

# Throttled at 100; slow down before that.
BACK_OFF_FROM = 90
_BREATH = timedelta(minutes=2)
_MEASURES = ("call_count", "total_time", "total_cputime")


def _entries(answer: Answer) -> Iterator[dict[str, Any]]:
    for name in ("x-app-usage", "x-business-use-case-usage"):
        try:
            value = json.loads(answer.headers.get(name, "") or "{}")
        except ValueError:
            continue
        if not isinstance(value, dict):
            continue
        if name == "x-app-usage":
            yield value
            continue
        for rows in value.values():
            yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def regain(answer: Answer) -> timedelta | None:
    """How long a throttle still lasts; None when the platform does not say."""
    minutes = max((int(row.get("estimated_time_to_regain_access") or 0) for row in _entries(answer)), default=0)
    return timedelta(minutes=minutes) if minutes else None


def rest(answer: Answer) -> timedelta | None:
    """How long to leave an allowance alone that is nearly used up."""
    used = max((float(row.get(name) or 0) for row in _entries(answer) for name in _MEASURES), default=0)
    return (regain(answer) or _BREATH) if used >= BACK_OFF_FROM else None
