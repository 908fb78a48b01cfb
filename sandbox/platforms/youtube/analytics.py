"""YouTube Analytics API v2: `reports` by day, as one total, or as a retention curve of one video. Data lags."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sandbox import audience, posts
from sandbox.audience import Numbers
from sandbox.http import Call, Reply
from sandbox.platforms.youtube import errors
from sandbox.store import Row

DAY_S: Final = 86_400
RETENTION_POINTS: Final = 100

SUMS: Final[dict[str, Callable[[Numbers], float]]] = {
    "views": lambda n: n.views,
    "engagedViews": lambda n: n.views * 3 // 4,
    "estimatedMinutesWatched": lambda n: n.watch_time_s / 60,
    "likes": lambda n: n.likes,
    "dislikes": lambda n: n.likes // 40,
    "comments": lambda n: n.comments,
    "shares": lambda n: n.shares,
    "subscribersGained": lambda n: n.follows,
    "subscribersLost": lambda n: n.follows // 12,
}
AVERAGES: Final = ("averageViewDuration", "averageViewPercentage")
CURVES: Final = ("audienceWatchRatio", "relativeRetentionPerformance")
FLOATS: Final = {"averageViewPercentage", *CURVES}


def reports(call: Call) -> Reply:
    found = errors.session(call, errors.ANALYTICS)
    errors.require_channel(call)
    if call.query.get("ids") not in {"channel==MINE", f"channel=={found.account_id}"}:
        raise errors.refusal(403, "forbidden", "Forbidden", "global")
    metrics = [name for name in call.query.get("metrics", "").split(",") if name]
    dimension = call.query.get("dimensions", "")
    start, end = _dates(call)
    chosen = _chosen(call, found.account_id)
    if dimension == "elapsedVideoTimeRatio":
        _known(metrics, CURVES)
        rows = _retention(call, chosen, metrics)
    elif dimension in {"", "day", "video"}:
        _known(metrics, (*SUMS, *AVERAGES))
        rows = _table(call, chosen, metrics, dimension, start, end)
    else:
        raise _unsupported()
    return Reply(200, _result(dimension, metrics, rows))


def _unsupported() -> Exception:
    return errors.refusal(400, "badRequest", "The query is not supported.", "global")


def _known(metrics: list[str], allowed: tuple[str, ...]) -> None:
    if not metrics or set(metrics) - set(allowed):
        raise _unsupported()


def _dates(call: Call) -> tuple[date, date]:
    try:
        start = date.fromisoformat(call.query.get("startDate", ""))
        end = date.fromisoformat(call.query.get("endDate", ""))
    except ValueError:
        raise _unsupported() from None
    return start, end


def _chosen(call: Call, account_id: str) -> list[Row]:
    """The channel's live posts, or the one video of the filter."""
    given = call.query.get("filters", "")
    if given and not given.startswith("video=="):
        raise _unsupported()
    ids = set(given.removeprefix("video==").split(",")) if given else set()
    rows = posts.live(call.tx, "youtube", account_id)
    return [row for row in rows if not ids or row["id"] in ids]


def _retention(call: Call, rows: list[Row], metrics: list[str]) -> list[list[float]]:
    if len(rows) != 1:
        return []
    post = rows[0]
    if post["live_at"] + call.tx.number("youtube.analytics_lag_s") > call.now:
        return []
    curve = audience.retention(posts.received(call.tx, post), RETENTION_POINTS)
    table = []
    for index, share in enumerate(curve):
        values = {"audienceWatchRatio": share, "relativeRetentionPerformance": round(min(1.0, share * 0.9), 4)}
        table.append([round((index + 1) / RETENTION_POINTS, 2), *(values[name] for name in metrics)])
    return table


def _moment(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def _table(call: Call, rows: list[Row], metrics: list[str], dimension: str, start: date, end: date) -> list[list[Any]]:
    newest = call.now - call.tx.number("youtube.analytics_lag_s")
    if dimension == "day":
        days = [start + timedelta(days=index) for index in range(max(0, (end - start).days + 1))]
        cells = [
            (day.isoformat(), _sums(call, rows, _moment(day), min(_moment(day) + DAY_S, newest)))
            for day in days[:400]
            if _moment(day) < newest
        ]
        return [[name, *_values(found, metrics)] for name, found in cells if found["views"]]
    until = min(_moment(end) + DAY_S, newest)
    if dimension == "video":
        each = [(row["id"], _sums(call, [row], _moment(start), until)) for row in rows]
        return [[name, *_values(found, metrics)] for name, found in each if found["views"]]
    total = _sums(call, rows, _moment(start), until)
    return [_values(total, metrics)] if total["views"] else []


def _sums(call: Call, rows: list[Row], start: float, end: float) -> dict[str, float]:
    """Gains between two moments, over posts; `length` weighs durations by views."""
    total = dict.fromkeys((*SUMS, "length"), 0.0)
    for post in rows:
        if end <= post["live_at"] or end <= start:
            continue
        before, after = posts.numbers(call.tx, post, start), posts.numbers(call.tx, post, end)
        for name, read in SUMS.items():
            total[name] += read(after) - read(before)
        total["length"] += (after.views - before.views) * float(post["duration"])
    return total


def _values(total: dict[str, float], metrics: list[str]) -> list[float]:
    watched = total["estimatedMinutesWatched"] * 60
    averages: dict[str, float] = {
        "averageViewDuration": round(watched / total["views"]) if total["views"] else 0,
        "averageViewPercentage": round(100 * watched / total["length"], 2) if total["length"] else 0.0,
    }
    return [averages[name] if name in averages else int(total[name]) for name in metrics]


def _result(dimension: str, metrics: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    headers = []
    if dimension:
        kind = "FLOAT" if dimension == "elapsedVideoTimeRatio" else "STRING"
        headers.append({"name": dimension, "columnType": "DIMENSION", "dataType": kind})
    headers.extend(
        {"name": name, "columnType": "METRIC", "dataType": "FLOAT" if name in FLOATS else "INTEGER"} for name in metrics
    )
    body: dict[str, Any] = {"kind": "youtubeAnalytics#resultTable", "columnHeaders": headers}
    return {**body, "rows": rows} if rows else body
