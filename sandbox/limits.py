"""Rate windows and daily quotas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sandbox.store import Tx


@dataclass(frozen=True)
class Window:
    """State of a sliding window after one more request was asked for."""

    allowed: bool
    remaining: int
    reset_at: float


def hit(tx: Tx, key: str, limit: int, window_s: float) -> Window:
    """Count one request in a sliding window. A refused request does not count. A limit of 0 means none."""
    if limit <= 0:
        return Window(True, 0, tx.now)
    tx.run("DELETE FROM hits WHERE key = ? AND at <= ?", key, tx.now - window_s)
    row = tx.one("SELECT COUNT(*), MIN(at) FROM hits WHERE key = ?", key)
    used = int(row[0]) if row else 0
    oldest = row[1] if row and row[1] is not None else tx.now
    if used >= limit:
        return Window(False, 0, float(oldest) + window_s)
    tx.insert("hits", {"key": key, "at": tx.now})
    return Window(True, limit - used - 1, float(oldest) + window_s)


def used(tx: Tx, key: str, window_s: float) -> int:
    """Requests counted in the last `window_s` seconds."""
    return tx.count("SELECT COUNT(*) FROM hits WHERE key = ? AND at > ?", key, tx.now - window_s)


def day_of(now: float, zone: str) -> str:
    return datetime.fromtimestamp(now, ZoneInfo(zone)).date().isoformat()


def next_midnight(now: float, zone: str) -> float:
    """The next start of a day in a zone, as Unix seconds."""
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    following = local.date() + timedelta(days=1)
    return datetime.combine(following, time(), ZoneInfo(zone)).timestamp()


def spend(tx: Tx, key: str, period: str, cost: int, limit: int) -> bool:
    """Take `cost` from a quota of a period; False and nothing taken when it is not there."""
    if limit > 0 and spent(tx, key, period) + cost > limit:
        return False
    tx.run(
        "INSERT INTO spent (key, period, used) VALUES (?, ?, ?)"
        " ON CONFLICT (key, period) DO UPDATE SET used = used + excluded.used",
        key,
        period,
        cost,
    )
    return True


def spent(tx: Tx, key: str, period: str) -> int:
    return tx.count("SELECT used FROM spent WHERE key = ? AND period = ?", key, period)
