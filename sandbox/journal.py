"""The record of what was asked: the latest calls, and counts of all of them."""

from __future__ import annotations

from typing import Final

from sandbox.http import Call

KEPT_CALLS: Final = 5000


def record(call: Call, status: int, fault: str, elapsed_ms: float) -> None:
    """Note one call. Status 0 means that no answer was sent."""
    tx = call.tx
    tx.insert(
        "calls",
        {
            "at": tx.now,
            "platform": call.platform,
            "step": call.step,
            "method": call.method,
            "path": call.path,
            "status": status,
            "account_id": call.account_id,
            "fault": fault,
            "note": call.note,
            "elapsed_ms": round(elapsed_ms, 2),
        },
    )
    tx.run(
        "INSERT INTO call_counts (platform, step, status, fault, n) VALUES (?, ?, ?, ?, 1)"
        " ON CONFLICT (platform, step, status, fault) DO UPDATE SET n = n + 1",
        call.platform,
        call.step,
        status,
        fault,
    )
    newest = tx.count("SELECT MAX(id) FROM calls")
    if newest % 500 == 0:
        tx.run("DELETE FROM calls WHERE id <= ?", newest - KEPT_CALLS)
