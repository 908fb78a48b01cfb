"""Two measured videos, and a strategy made from them."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from strategies import services
from strategies.schema import Fact, ScoreFact, StrategyRequest, VideoFacts
from tests.ai.conftest import vendor  # noqa: F401 - a fixture
from tests.factories import make_analysis, make_video

LABELS = {
    "hook_timing": "First cut", "hook_motion": "Motion in the hook", "cut_frequency": "Cuts per minute",
    "shot_length": "Median shot length", "motion": "Motion", "loudness": "Loudness", "silence": "Silence",
    "speech_rate": "Voice pacing", "duration": "Duration", "aspect": "Aspect ratio",
}  # fmt: skip
UNITS = {
    "hook_timing": "s", "hook_motion": "per_s", "cut_frequency": "per_min", "shot_length": "s", "motion": "per_s",
    "loudness": "lufs", "silence": "ratio", "speech_rate": "syllables_per_s", "duration": "s", "aspect": "ratio",
}  # fmt: skip


def video(video_id: str, title: str, **values: Any) -> VideoFacts:
    """Facts of a video by type; a tuple also gives the place."""
    facts = []
    for type_, given in values.items():
        value, *times = given if isinstance(given, tuple) else (given,)
        facts.append(
            Fact(
                type=type_, label=LABELS[type_], value=value, unit=UNITS[type_], bucket="early",
                time_s=times[0] if times else None, times_s=times[1:],
            )
        )  # fmt: skip
    return VideoFacts(video_id=video_id, title=title, facts=facts)


MORNING = video(
    "a", "Morning routine", hook_timing=(1.8, 1.8), cut_frequency=22.0, shot_length=2.4, loudness=-23.4, duration=74.0,
    aspect=1.78, silence=(0.12, 12.2, 30.0), speech_rate=4.5,
)  # fmt: skip
GARDEN = video("b", "Garden tour", hook_timing=(4.6, 4.6), cut_frequency=8.0, motion=0.6, hook_motion=(0.1, 0.0))


def request(**changes: Any) -> StrategyRequest:
    return StrategyRequest(
        **{
            "platforms": ["tiktok", "instagram"], "goals": ["engagement", "views"], "videos": [MORNING, GARDEN],
            "niche": "home gardening", "start_on": date(2026, 5, 11), "weeks": 2, **changes,
        }
    )  # fmt: skip


def score(**changes: Any) -> ScoreFact:
    return ScoreFact(
        **{
            "platform": "tiktok", "type": "hook_timing", "label": "First cut", "level": "early", "score": 88.0,
            "interval_low": 71.0, "interval_high": 95.0, "sample_size": 41, **changes,
        }
    )  # fmt: skip


@pytest.fixture
def env(settings: Any) -> Any:
    """No keys, so that answers are made offline; call it to set variables."""

    def apply(**values: Any) -> None:
        settings.ENV = settings.ENV.model_copy(update=values)

    apply(OPENAI_API_KEY="", OPENAI_BASE_URL="", GEMINI_API_KEY="", ANTHROPIC_API_KEY="", AI_TEXT_MODEL="")
    return apply


@pytest.fixture
def measured(cast: SimpleNamespace, env: Any) -> SimpleNamespace:
    """Alice's workspace with two measured videos and one that is not."""
    cast.first = make_video(cast.workspace, "Morning routine")
    cast.second = make_video(cast.workspace, "Garden tour")
    cast.raw = make_video(cast.workspace, "Not yet")
    make_analysis(cast.first, {"hook_timing": (1.8, "s", "middle"), "cut_frequency": (22.0, "per_min", "medium")})
    make_analysis(cast.second, {"hook_timing": (4.6, "s", "late"), "cut_frequency": (8.0, "per_min", "slow")})
    return cast


@pytest.fixture
def made(measured: SimpleNamespace, frozen: None) -> SimpleNamespace:
    """A ready strategy, generated offline on 4 May 2026."""
    measured.strategy = services.generate(
        actor=measured.bob_actor,
        video_ids=[measured.first.pk, measured.second.pk],
        platforms=["tiktok", "x"],
        goals=["engagement"],
        niche="home gardening",
        weeks=1,
    ).strategy
    return measured
