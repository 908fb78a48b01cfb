"""What a run must know of each platform: its sample accounts, what the sandbox may allow, what a post must choose.

A platform that gets an adapter gets a line here, and then runs with all the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Stage:
    """One platform of a run.

    `accounts` are the fields of one more sample account and of what belongs to it ({n} is its number): the first is who
    consents, the last what is posted to. `caps` raise the daily limits of the imitation, so that a run of hundreds of
    posts has its minutes but not its days; `options` are what a person must choose; `login` is the way of consent.
    """

    name: str
    accounts: tuple[Mapping[str, Any], ...]
    caps: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    login: str = ""
    titled: bool = False
    sandbox_name: str = ""

    @property
    def imitated(self) -> str:
        """The sandbox's name of the platform."""
        return self.sandbox_name or self.name


_PERSON = {"platform": "facebook", "kind": "person", "name": "Person {n}"}
_PAGE = {"platform": "facebook", "kind": "page", "name": "Stage {n}", "handle": "stage{n}"}

STAGES = {
    stage.name: stage
    for stage in (
        Stage(
            "tiktok",
            ({"id": "tt-stage-{n}", "name": "Stage {n}", "handle": "stage{n}"},),
            {"tiktok.posts_per_day": 0},
            {"privacy_level": "PUBLIC_TO_EVERYONE"},
        ),
        Stage(
            "youtube",
            ({"id": "UCstage{n:017d}", "name": "Stage {n}", "handle": "@stage{n}"},),
            {"youtube.inserts_per_day": 0, "youtube.units_per_day": 0},
            {"privacy_status": "public", "made_for_kids": False},
            titled=True,
        ),
        Stage(
            "instagram",
            (
                {**_PERSON, "id": "2{n:014d}"},
                {**_PAGE, "id": "3{n:014d}", "owner_id": "2{n:014d}", "data": {"instagram": "178{n:014d}"}},
                {"id": "178{n:014d}", "kind": "business", "name": "Stage {n}", "handle": "stage{n}"},
            ),
            # Our own server is not part of a run; by this way the bytes are sent instead of fetched.
            login="facebook",
            caps={"instagram.posts_per_day": 100_000, "instagram.containers_per_day": 0, "meta.app_users": 100_000},
        ),
        Stage(
            "facebook",
            ({**_PERSON, "id": "4{n:014d}"}, {**_PAGE, "id": "5{n:014d}", "owner_id": "4{n:014d}"}),
            caps={"facebook.reels_per_day": 0, "meta.app_users": 100_000},
        ),
        Stage("twitter", ({"id": "77{n:08d}", "name": "Stage {n}", "handle": "stage{n}"},), sandbox_name="x"),
        Stage(
            "linkedin",
            ({"id": "stageMember{n}", "kind": "member", "name": "Stage {n}", "handle": "stage{n}"},),
            caps={"linkedin.posts_per_day": 0},
        ),
    )
}
