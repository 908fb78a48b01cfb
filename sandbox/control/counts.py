"""What the sandbox holds, counted: live, pending, failed and duplicate posts per account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox import posts
from sandbox.store import Row, Tx

DUPLICATES = """
SELECT account_id, SUM(n - 1) AS extra FROM (
    SELECT account_id, content_key, COUNT(*) AS n FROM posts
    WHERE deleted_at IS NULL GROUP BY account_id, content_key HAVING n > 1)
GROUP BY account_id
"""


def _by_account(tx: Tx, sql: str, *values: object) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in tx.all(sql, *values)}


def accounts(tx: Tx) -> list[dict[str, Any]]:
    """One entry per account. `live` and `pending` split what was accepted; `duplicates` counts repeats among both."""
    held = "SELECT account_id, COUNT(*) FROM posts WHERE deleted_at IS NULL AND live_at"
    live = _by_account(tx, f"{held} <= ? GROUP BY account_id", tx.now)
    pending = _by_account(tx, f"{held} > ? GROUP BY account_id", tx.now)
    failed = _by_account(tx, "SELECT account_id, COUNT(*) FROM units WHERE failure <> '' GROUP BY account_id")
    refused = _by_account(tx, "SELECT account_id, COUNT(*) FROM refused_duplicates GROUP BY account_id")
    duplicates = _by_account(tx, DUPLICATES)
    grants = _by_account(tx, "SELECT account_id, COUNT(*) FROM grants WHERE revoked_at IS NULL GROUP BY account_id")
    return [
        {
            "id": row["id"],
            "platform": row["platform"],
            "kind": row["kind"],
            "handle": row["handle"],
            "name": row["name"],
            "followers": row["followers"],
            "grants": grants.get(row["id"], 0),
            "live": live.get(row["id"], 0),
            "pending": pending.get(row["id"], 0),
            "failed": failed.get(row["id"], 0),
            "duplicates": duplicates.get(row["id"], 0),
            "refused_duplicates": refused.get(row["id"], 0),
        }
        for row in tx.all("SELECT * FROM accounts ORDER BY position, id")
    ]


def totals(tx: Tx) -> dict[str, int]:
    """Sums over all accounts, and answers by class."""
    rows = accounts(tx)
    answer = {name: sum(row[name] for row in rows) for name in ("live", "pending", "failed", "duplicates")}
    answer["refused_duplicates"] = sum(row["refused_duplicates"] for row in rows)
    answer["pulls_pending"] = tx.count("SELECT COUNT(*) FROM pulls WHERE state = 'pending'")
    answer["calls"] = tx.count("SELECT SUM(n) FROM call_counts")
    answer["http_429"] = tx.count("SELECT SUM(n) FROM call_counts WHERE status = 429")
    answer["http_429_unprovoked"] = tx.count("SELECT SUM(n) FROM call_counts WHERE status = 429 AND fault = ''")
    return answer


def by_step(tx: Tx) -> list[dict[str, Any]]:
    return [dict(row) for row in tx.all("SELECT * FROM call_counts ORDER BY platform, step, status, fault")]


def post(tx: Tx, row: Row) -> dict[str, Any]:
    seen = posts.numbers(tx, row)
    return {
        **{name: value for name, value in dict(row).items() if name != "data"},
        "live": row["deleted_at"] is None and row["live_at"] <= tx.now,
        "data": json.loads(row["data"]),
        "numbers": seen.__dict__,
        "followers": tx.count("SELECT followers FROM accounts WHERE id = ?", row["account_id"]),
    }


HELD = """
SELECT * FROM posts WHERE (:platform IS NULL OR platform = :platform) AND (:account IS NULL OR account_id = :account)
AND (:unit IS NULL OR unit_id = :unit) AND (:sha256 IS NULL OR media_sha256 = :sha256) AND (:id IS NULL OR id = :id)
ORDER BY committed_at DESC, id LIMIT :limit OFFSET :offset
"""
CALLS = """
SELECT * FROM calls WHERE (:platform IS NULL OR platform = :platform) AND (:step IS NULL OR step = :step)
AND (:status IS NULL OR status = :status) AND (:account_id IS NULL OR account_id = :account_id)
ORDER BY id DESC LIMIT :limit
"""


def held(tx: Tx, filters: Mapping[str, str], limit: int, offset: int) -> list[dict[str, Any]]:
    """Posts, newest first, filtered by platform, account, unit, media hash or id."""
    names = ("platform", "account", "unit", "sha256", "id")
    values = {name: filters.get(name) for name in names}
    return [post(tx, row) for row in tx.named(HELD, {**values, "limit": limit, "offset": offset})]


def calls(tx: Tx, filters: Mapping[str, str], limit: int) -> list[dict[str, Any]]:
    names = ("platform", "step", "status", "account_id")
    values = {name: filters.get(name) for name in names}
    return [dict(row) for row in tx.named(CALLS, {**values, "limit": limit})]
