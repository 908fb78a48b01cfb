"""Faults on purpose: rules set by the control API, and magic tags in a caption.

A rule names a platform, a step (shell pattern), a kind, a probability with a seed, and how many calls it may still
hit. The draw of a rule's n-th matching call depends on seed and n only, so a run can be repeated.
A tag such as `#sandbox-timeout-after` in a caption fires once for that caption on that account.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from sandbox.store import Row, Tx

KINDS: Final[dict[str, str]] = {
    "error_before": "5xx answer, nothing done",
    "error_after": "5xx answer, but the call was carried out",
    "reset_before": "connection reset, nothing done",
    "reset_after": "connection reset, but the call was carried out",
    "timeout_before": "no answer, nothing done",
    "timeout_after": "no answer, but the call was carried out",
    "rate_limit": "rate limit (with Retry-After when given)",
    "token_expired": "the access token expires now",
    "token_revoked": "the person has withdrawn the permission",
    "missing_scope": "a permission is missing",
    "spam_hold": "suspected spam, account held back",
    "quota": "daily quota used up",
    "personal_account": "Instagram: the account is not a professional one any more",
    "processing_failed": "accepted, then processing fails",
    "moderation_delay": "live, but its public id appears late",
    "fetch_failed": "the platform cannot fetch the media URL",
}
TRANSPORT: Final = ("error", "reset", "timeout")
REFUSALS: Final = frozenset({"rate_limit", "missing_scope", "spam_hold", "quota", "personal_account"})
UNIT_KINDS: Final = frozenset({"processing_failed", "moderation_delay", "fetch_failed"})
LASTING_TAGS: Final = frozenset({"missing_scope", "spam_hold", "quota"})
"""Tags that refuse every time, not only once."""

PERSONS_STEPS: Final = frozenset({"oauth.authorize", "oauth.consent", "avatar"})
"""Pages a person looks at: a rule for every step leaves them alone."""

TAG = re.compile(r"#sandbox-([a-z]+(?:-[a-z]+)*)", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """A fault about to happen. `moment` is before or after the commit of the handler's transaction."""

    kind: str
    retry_after: float | None = None
    seconds: float | None = None
    status: int = 500

    @property
    def transport(self) -> str:
        name = self.kind.partition("_")[0]
        return name if name in TRANSPORT else ""

    @property
    def after(self) -> bool:
        return bool(self.transport) and self.kind.endswith("_after")

    @property
    def before(self) -> bool:
        return bool(self.transport) and self.kind.endswith("_before")


def tags(caption: str) -> list[str]:
    """Fault kinds asked for in a caption, in order, each once."""
    found = [match.group(1).lower().replace("-", "_") for match in TAG.finditer(caption)]
    return [kind for kind in dict.fromkeys(found) if kind in KINDS]


def _fault(row: Row) -> Fault:
    return Fault(row["kind"], row["retry_after"], row["seconds"], row["status"] or 500)


def _draw(seed: int, n: int) -> float:
    """An evenly spread number in [0, 1)."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{n}".encode()).digest()[:6], "big") / 2**48


def pick(tx: Tx, platform: str, step: str) -> list[Fault]:
    """Faults for this call: at most one that stops or drops it, and any number that mark what it makes."""
    chosen: list[Fault] = []
    stopped = False
    rows = tx.all(
        "SELECT * FROM faults WHERE platform IN (?, '*') AND (remaining IS NULL OR remaining > 0) ORDER BY id", platform
    )
    for row in rows:
        if not fnmatchcase(step, row["step"]) or (row["step"] == "*" and step in PERSONS_STEPS):
            continue
        marks_unit = row["kind"] in UNIT_KINDS
        hit = (marks_unit or not stopped) and _draw(row["seed"], row["seen"]) < row["probability"]
        tx.run(
            "UPDATE faults SET seen = seen + 1, hit = hit + ?,"
            " remaining = CASE WHEN remaining IS NULL THEN NULL ELSE remaining - ? END WHERE id = ?",
            int(hit),
            int(hit),
            row["id"],
        )
        if hit:
            chosen.append(_fault(row))
            stopped = stopped or not marks_unit
    return chosen


def tag_key(account_id: str, kind: str, caption: str) -> str:
    return hashlib.sha256(f"{account_id}\n{kind}\n{caption}".encode()).hexdigest()


def fire_once(tx: Tx, key: str) -> bool:
    """True the first time a tag's key is asked for."""
    return tx.run("INSERT INTO tags_fired (key) VALUES (?) ON CONFLICT DO NOTHING", key) == 1
