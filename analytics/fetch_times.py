"""The learning grid: at which ages of a post its numbers are fetched."""

from datetime import timedelta

GRID: tuple[tuple[str, timedelta], ...] = (
    ("now", timedelta(0)),
    ("1h", timedelta(hours=1)),
    ("6h", timedelta(hours=6)),
    ("24h", timedelta(hours=24)),
    ("3d", timedelta(days=3)),
    ("7d", timedelta(days=7)),
    ("14d", timedelta(days=14)),
    ("30d", timedelta(days=30)),
    ("60d", timedelta(days=60)),
    ("90d", timedelta(days=90)),
)
RETRY = timedelta(minutes=15)
MAX_FAILURES = 8


def slot_for_age(age: timedelta, at_least: int = 0) -> int:
    """The newest slot that an age has reached, never before `at_least`."""
    reached = max(index for index, (_, due) in enumerate(GRID) if due <= max(age, timedelta(0)))
    return max(reached, at_least)
