"""What a run must know of each platform: its sample accounts, what the sandbox may allow, what a post must choose.

A platform that gets an adapter gets a line here, and then runs with all the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from platforms import PLATFORMS
from sandbox.platforms import PLATFORMS as IMITATED


@dataclass(frozen=True)
class Stage:
    """One platform of a run.

    `accounts` are the fields of one more sample account and of what belongs to it ({n} is its number): the first is who
    consents, the last what is posted to. `caps` raise the daily limits of the imitation, so that a run of hundreds of
    posts has its minutes but not its days; `login` is the way of consent.
    `takes` names the kinds of posts (`video`, `picture`, `words`), `commits` the steps that make one public there.
    """

    name: str
    accounts: tuple[Mapping[str, Any], ...]
    caps: Mapping[str, Any] = field(default_factory=dict)
    login: str = ""
    network: str = ""
    """The platform that posts end up on, where a service is connected."""
    takes: frozenset[str] = frozenset({"video"})
    commits: tuple[str, ...] = ()
    by_key: str = ""
    """The API key, where a service is connected by one."""

    @property
    def key(self) -> str:
        """How a run calls it: a platform may be reached in several ways."""
        return f"{self.name}_{self.login}" if self.name == "linkedin" and self.login else self.name

    @property
    def imitated(self) -> str:
        """The sandbox's name of the platform."""
        return next(each.name for each in IMITATED.values() if self.name in (each.name, each.also))

    @property
    def options(self) -> dict[str, Any]:
        """What a person must choose."""
        return PLATFORMS[self.network or self.name].options(public=True)

    @property
    def titled(self) -> bool:
        """Whether a post needs a title."""
        return PLATFORMS[self.network or self.name].text.needs_title


_PERSON = {"platform": "facebook", "kind": "person", "name": "Person {n}"}
_PAGE = {"platform": "facebook", "kind": "page", "name": "Stage {n}", "handle": "stage{n}"}
_ANYTHING = frozenset({"video", "picture", "words"})
# A list may show a post a while after it is live.
LAG_S = 20

STAGES = {
    stage.key: stage
    for stage in (
        Stage(
            "tiktok",
            ({"id": "tt-stage-{n}", "name": "Stage {n}", "handle": "stage{n}"},),
            {"tiktok.posts_per_day": 0},
            commits=("upload.chunk",),
        ),
        Stage(
            "youtube",
            ({"id": "UCstage{n:017d}", "name": "Stage {n}", "handle": "@stage{n}"},),
            {"youtube.inserts_per_day": 0, "youtube.units_per_day": 0},
            commits=("upload.chunk",),
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
            commits=("media.publish",),
        ),
        Stage(
            "facebook",
            ({**_PERSON, "id": "4{n:014d}"}, {**_PAGE, "id": "5{n:014d}", "owner_id": "4{n:014d}"}),
            caps={"facebook.reels_per_day": 0, "facebook.listing_lag_s": LAG_S, "meta.app_users": 100_000},
            takes=_ANYTHING,
            commits=("*.publish",),
        ),
        Stage(
            "twitter",
            ({"id": "77{n:08d}", "name": "Stage {n}", "handle": "stage{n}"},),
            caps={"x.listing_lag_s": LAG_S},
            takes=_ANYTHING,
            commits=("tweet.create",),
        ),
        Stage(
            "linkedin",
            ({"id": "stageMember{n}", "kind": "member", "name": "Stage {n}", "handle": "stage{n}"},),
            caps={"linkedin.posts_per_day": 0},
            takes=_ANYTHING,
            commits=("post.create",),
        ),
        Stage(
            "linkedin",
            (
                {"id": "stageLead{n}", "kind": "member", "name": "Lead {n}", "handle": "lead{n}"},
                {
                    "id": "82{n:06d}",
                    "kind": "organization",
                    "name": "Stage {n}",
                    "handle": "page{n}",
                    "owner_id": "stageLead{n}",
                },
            ),
            caps={"linkedin.posts_per_day": 0, "linkedin.listing_lag_s": LAG_S},
            login="pages",
            takes=_ANYTHING,
            commits=("post.create",),
        ),
        Stage(
            "blotato",
            ({"id": "99{n:05d}", "kind": "connected", "name": "Stage {n}", "data": {"network": "tiktok"}},),
            # One key reaches all accounts, so its minutes are shared by people who do not know of each other.
            caps={
                "blotato.posts_per_minute": 0,
                "blotato.status_per_minute": 0,
                "blotato.media_per_minute": 0,
                "blotato.listing_lag_s": LAG_S,
            },
            network="tiktok",
            by_key="sandbox-blotato-secret",
            commits=("post.create",),
        ),
    )
}
