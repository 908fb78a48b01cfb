"""Exact, reproducible facts about a video file. Knows no Django; runs in a child process.

>>> features = measure("clip.mp4")
>>> features.cuts[0].time_s
"""

from .engine import ENGINE_VERSION, measure
from .errors import MeasureCode, MeasureError
from .features import Features, LayerName, LayerStatus

__all__ = ["ENGINE_VERSION", "Features", "LayerName", "LayerStatus", "MeasureCode", "MeasureError", "measure"]
