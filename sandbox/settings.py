"""Switches of the imitation with their defaults. The control API changes them; the file keeps what was changed.

A name is `<platform>.<what>`; seconds end in `_s`. A limit of 0 means "no limit".
"""

from __future__ import annotations

from typing import Final

from sandbox.platforms import PLATFORMS
from sandbox.starting import Value

DEFAULTS: Final[dict[str, Value]] = {
    "clock.offset_s": 0.0,
    "clock.wrong_s": 0.0,
    "audience.noise": 0.45,
    "audience.speed": 1.0,
    "audience.seed": 20261120,
    "faults.hold_s": 60.0,
    **{
        key if "." in key else f"{each.name}.{key}": value
        for each in PLATFORMS.values()
        for key, value in each.settings.items()
    },
}
