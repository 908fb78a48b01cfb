"""Plants the sample accounts of every platform."""

from __future__ import annotations

import json

from sandbox.platforms import PLATFORMS
from sandbox.starting import Sample
from sandbox.store import Tx


def plant(tx: Tx) -> None:
    """Write the sample accounts that are not there yet."""
    everybody = [(each.name, sample) for each in PLATFORMS.values() for sample in each.samples]
    for position, (platform, sample) in enumerate(everybody):
        if tx.one("SELECT 1 FROM accounts WHERE id = ?", sample.id) is None:
            add(tx, platform, sample, position)


def add(tx: Tx, platform: str, sample: Sample, position: int) -> None:
    tx.insert(
        "accounts",
        {
            "id": sample.id,
            "platform": platform,
            "owner_id": sample.owner_id,
            "kind": sample.kind,
            "handle": sample.handle,
            "name": sample.name,
            "followers": sample.followers,
            "timezone": sample.timezone,
            "position": position,
            "data": json.dumps(sample.data),
        },
    )
