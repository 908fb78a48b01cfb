"""A measured video and a script made from it."""

from types import SimpleNamespace
from typing import Any

import pytest

from scripts_app import services
from scripts_app.schema import ScriptRequest
from strategies.schema import Fact
from tests.ai.conftest import vendor  # noqa: F401 - a fixture
from tests.factories import make_analysis, make_video
from tests.strategies.conftest import LABELS, UNITS, env  # noqa: F401 - fixtures


def facts(**values: float) -> list[Fact]:
    return [
        Fact(type=type_, label=LABELS.get(type_, type_), value=value, unit=UNITS.get(type_, "ratio"))
        for type_, value in values.items()
    ]


def request(**changes: Any) -> ScriptRequest:
    return ScriptRequest(
        **{"concept": "5 Tips for Better Sleep", "platform": "tiktok", "duration": 60, "patterns": [], **changes}
    )


@pytest.fixture
def measured(cast: SimpleNamespace, env: Any) -> SimpleNamespace:  # noqa: F811 - the fixture
    cast.video = make_video(cast.workspace, "Morning routine")
    make_analysis(
        cast.video,
        {
            "hook_timing": (1.8, "s", "middle"),
            "cut_frequency": (22.0, "per_min", "medium"),
            "speech_rate": (4.5, "syllables_per_s", "medium"),
        },
    )
    cast.patterns = {pattern.type: pattern for pattern in cast.video.patterns.all()}
    return cast


@pytest.fixture
def made(measured: SimpleNamespace, frozen: None) -> SimpleNamespace:
    measured.script = services.create(
        actor=measured.bob_actor,
        concept="5 Tips for Better Sleep",
        platform="tiktok",
        duration=60,
        video_ids=[measured.video.pk],
    )
    return measured
