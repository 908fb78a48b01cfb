from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.vendors import env, vendor

__all__ = ["env", "vendor"]


@pytest.fixture
def alice(cast) -> APIClient:
    return cast.clients.alice


@pytest.fixture
def facts() -> dict[str, Any]:
    """A measurement as the engine gives it, reduced to what is read."""
    return {
        "engine_version": "9",
        "duration_s": 20.0,
        "fps": 25.0,
        "aspect": "9:16",
        "aspect_ratio": 0.5625,
        "has_audio": True,
        "cuts": [{"time_s": 0.8, "frame": 20, "kind": "hard", "confidence": 0.9},
                 {"time_s": 5.0, "frame": 125, "kind": "hard", "confidence": 0.7}],
        "pace": {"shot_median_s": 4.2, "shot_shortest_s": 0.8, "shot_longest_s": 15.0},
        "shots": [{"start_s": 0.0, "end_s": 0.8, "motion": 0.01}, {"start_s": 0.8, "end_s": 5.0, "motion": 0.2},
                  {"start_s": 5.0, "end_s": 20.0, "motion": None}],
        "transitions": [{"start_s": 10.0, "end_s": 10.5, "kind": "fade_in", "confidence": 0.8}],
        "motion": {"mean": 0.2, "peak": 1.5, "still_ratio": 0.1, "curve": {"step_s": 10.0, "values": [0.1, 0.3]}},
        "hook": {"window_s": 3.0, "motion": 0.6, "motion_step": 2.0, "first_cut_s": 0.8, "first_speech_s": 1.5,
                 "loudness_step_lu": -3.0},
        "loudness": {"integrated_lufs": -14.2, "true_peak_db": -1.0, "range_lu": 4.0,
                     "curve": {"step_s": 5.0, "values": [-20.0, None, -10.0, 5.0]}},
        "overlays": [{"start_s": 2.0, "end_s": 6.0, "text": "Three tips", "box": {}},
                     {"start_s": 5.0, "end_s": 8.0, "text": "One", "box": {}}],
        "silences": [{"start_s": 6.0, "end_s": 8.0, "kind": "silence"},
                     {"start_s": 9.0, "end_s": 9.5, "kind": "pause"}],
        "speech": [{"start_s": 1.5, "end_s": 5.5}],
        "speech_stats": {"share_ratio": 0.2, "syllables_per_s": 4.1, "longest_pause_s": 0.5},
        "music": {"present": True, "share_ratio": 0.7, "confidence": 0.6},
        "tempo_bpm": 120.0,
        "layers": {"cuts": {"status": "ok", "message": ""}},
    }  # fmt: skip
