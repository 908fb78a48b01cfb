"""The product's settings with a folder of static files that belongs to the run."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403

STATIC_ROOT = Path(os.environ["BENCHMARK_STATIC_ROOT"])
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
