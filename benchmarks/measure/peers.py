"""Other detectors on the same clips, where they are installed. None is required."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

ADAPTIVE = """
import sys
from scenedetect import AdaptiveDetector, detect
for start, end in detect(sys.argv[1], AdaptiveDetector())[1:]:
    print(start.get_frames())
"""


def has_scenedetect() -> bool:
    return importlib.util.find_spec("scenedetect") is not None


def adaptive_argv(path: Path) -> list[str]:
    """PySceneDetect's adaptive detector with its defaults; prints the first frame of every scene but the first."""
    return [sys.executable, "-c", ADAPTIVE, str(path)]
