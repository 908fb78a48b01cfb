"""What a run must know of each platform: its sample accounts, what the sandbox may allow, what a post must choose.

A platform that gets an adapter gets a line here, and then runs with all the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Stage:
    """One platform of a run.

    `account` are the fields of one more sample account ({n} is its number); `caps` raise the daily limits of the
    imitation, so that a run of hundreds of posts has its minutes but not its days; `options` are what a person must
    choose.
    """

    name: str
    account: Mapping[str, Any]
    caps: Mapping[str, Any]
    options: Mapping[str, Any]
    form: Mapping[str, Any] = field(default_factory=dict)
    titled: bool = False
    sandbox_name: str = ""

    @property
    def imitated(self) -> str:
        """The sandbox's name of the platform."""
        return self.sandbox_name or self.name


STAGES = {
    stage.name: stage
    for stage in (
        Stage(
            "tiktok",
            {"id": "tt-stage-{n}", "name": "Stage {n}", "handle": "stage{n}"},
            {"tiktok.posts_per_day": 0},
            {"privacy_level": "PUBLIC_TO_EVERYONE"},
        ),
        Stage(
            "youtube",
            {"id": "UCstage{n:017d}", "name": "Stage {n}", "handle": "@stage{n}"},
            {"youtube.inserts_per_day": 0, "youtube.units_per_day": 0},
            {"privacy_status": "public", "made_for_kids": False},
            titled=True,
        ),
    )
}
