"""Exact, reproducible facts about a video file. Knows no Django; runs in a child process.

>>> features = measure("clip.mp4")
>>> features.cuts[0].time_s

The engine with its libraries is loaded by the first use of `measure` or `ENGINE_VERSION`, so that who needs only the
names of facts and errors does not load it.
"""

from typing import TYPE_CHECKING, Any

from .errors import MeasureCode, MeasureError
from .features import Features, LayerName, LayerStatus

if TYPE_CHECKING:
    from .engine import ENGINE_VERSION, measure

__all__ = ["ENGINE_VERSION", "Features", "LayerName", "LayerStatus", "MeasureCode", "MeasureError", "measure"]


def __getattr__(name: str) -> Any:
    if name not in ("ENGINE_VERSION", "measure"):
        raise AttributeError(f"module 'patterns.measure' has no attribute {name!r}")
    from . import engine

    return getattr(engine, name)
