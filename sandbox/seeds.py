"""Sample accounts of every platform, several each, so that more than one can be connected."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.store import Tx


@dataclass(frozen=True)
class Sample:
    id: str
    platform: str
    kind: str
    handle: str
    name: str
    followers: int
    timezone: str = "Europe/Berlin"
    owner_id: str = ""
    data: dict[str, Any] = field(default_factory=dict)


TIKTOK: Final = (
    Sample("tt-lumen", "tiktok", "creator", "lumen.studio", "Lumen Studio", 18_400),
    Sample("tt-northside", "tiktok", "creator", "northside.bakes", "Northside Bakes", 5_230, "America/New_York"),
    Sample("tt-trail", "tiktok", "creator", "trailnotes", "Trail Notes", 61_900, "America/Denver"),
    Sample("tt-quiet", "tiktok", "creator", "quiet.corner", "Quiet Corner", 840, "Asia/Tokyo", data={"private": True}),
)
YOUTUBE: Final = (
    Sample("UCluMenStudioSandbox0001", "youtube", "channel", "@lumenstudio", "Lumen Studio", 12_700),
    Sample("UCnorThsideBakesSandb002", "youtube", "channel", "@northsidebakes", "Northside Bakes", 3_480,
           "America/New_York"),
    Sample("UCtraiLnotesSandbox00003", "youtube", "channel", "@trailnotes", "Trail Notes", 88_100, "America/Denver"),
    Sample("UCnewChannelSandbox00004", "youtube", "channel", "@freshstart", "Fresh Start (phone not verified)", 12,
           data={"thumbnails": False}),
    Sample("google-empty", "youtube", "no_channel", "", "Google account without a channel", 0),
)  # fmt: skip

ANNA: Final = "100000000000001"
OMAR: Final = "100000000000002"
FACEBOOK: Final = (
    Sample(ANNA, "facebook", "person", "", "Anna Berg", 0),
    Sample(OMAR, "facebook", "person", "", "Omar Haddad", 0),
    Sample("100000000000003", "facebook", "person", "", "Pia Nopages", 0),
    Sample(
        "104000000000001",
        "facebook",
        "page",
        "lumenstudio",
        "Lumen Studio",
        9_400,
        owner_id=ANNA,
        data={"instagram": "17841400000000001"},
    ),
    Sample("104000000000002", "facebook", "page", "lumenlab", "Lumen Lab (no Instagram)", 1_150, owner_id=ANNA),
    Sample(
        "104000000000003",
        "facebook",
        "page",
        "northsidebakes",
        "Northside Bakes",
        6_700,
        "America/New_York",
        owner_id=OMAR,
        data={"instagram": "17841400000000002"},
    ),
    Sample(
        "104000000000004",
        "facebook",
        "page",
        "trailnotes",
        "Trail Notes",
        41_000,
        "America/Denver",
        owner_id=OMAR,
        data={"instagram": "17841400000000003"},
    ),
    Sample(
        "104000000000005",
        "facebook",
        "page",
        "clientpage",
        "Client Page (read-only role)",
        2_000,
        owner_id=OMAR,
        data={"tasks": ["ANALYZE"]},
    ),
)
INSTAGRAM: Final = (
    Sample("17841400000000001", "instagram", "business", "lumen.studio", "Lumen Studio", 14_300),
    Sample(
        "17841400000000002", "instagram", "business", "northside.bakes", "Northside Bakes", 8_900, "America/New_York"
    ),
    Sample("17841400000000003", "instagram", "creator", "trailnotes", "Trail Notes", 52_000, "America/Denver"),
    Sample("17841400000000004", "instagram", "personal", "pia.private", "Pia (personal account)", 310),
)

X: Final = (
    Sample("2244990001", "x", "user", "lumenstudio", "Lumen Studio", 7_600),
    Sample("2244990002", "x", "user", "northsidebakes", "Northside Bakes", 2_300, "America/New_York"),
    Sample("2244990003", "x", "user", "trailnotes", "Trail Notes", 33_000, "America/Denver"),
)

LINKEDIN: Final = (
    Sample("maraLind01", "linkedin", "member", "mara.lind", "Mara Lind", 2_900),
    Sample("jonasWeil2", "linkedin", "member", "jonas.weil", "Jonas Weil", 640, "America/New_York"),
    Sample("80000001", "linkedin", "organization", "lumen-studio", "Lumen Studio", 5_100, owner_id="maraLind01"),
    Sample(
        "80000002",
        "linkedin",
        "organization",
        "lumen-lab",
        "Lumen Lab",
        480,
        owner_id="maraLind01",
        data={"role": "CONTENT_ADMINISTRATOR"},
    ),
    Sample(
        "80000003",
        "linkedin",
        "organization",
        "northside-bakes",
        "Northside Bakes",
        1_750,
        "America/New_York",
        owner_id="jonasWeil2",
    ),
)

BLOTATO: Final = (
    Sample("98401", "blotato", "connected", "lumen.studio", "Lumen Studio", 18_400, data={"network": "tiktok"}),
    Sample(
        "98402",
        "blotato",
        "connected",
        "trailnotes",
        "Trail Notes",
        61_900,
        "America/Denver",
        data={"network": "tiktok"},
    ),
    Sample("98403", "blotato", "connected", "lumen.studio", "Lumen Studio", 14_300, data={"network": "instagram"}),
    Sample(
        "98404",
        "blotato",
        "connected",
        "lumenstudio",
        "Lumen Studio",
        12_700,
        data={"network": "youtube", "subaccounts": [{"id": "PL1", "name": "Tutorials"}]},
    ),
    Sample(
        "98405",
        "blotato",
        "connected",
        "",
        "Anna Berg",
        9_400,
        data={"network": "facebook", "subaccounts": [{"id": "104000000000001", "name": "Lumen Studio"}]},
    ),
    Sample("98406", "blotato", "connected", "lumenstudio", "Lumen Studio", 7_600, data={"network": "twitter"}),
    Sample(
        "98407",
        "blotato",
        "connected",
        "mara.lind",
        "Mara Lind",
        2_900,
        data={"network": "linkedin", "subaccounts": [{"id": "80000001", "name": "Lumen Studio"}]},
    ),
    Sample(
        "98408",
        "blotato",
        "connected",
        "lumenpins",
        "Lumen Pins",
        1_200,
        data={"network": "pinterest", "boards": [{"id": "board-1", "name": "Ideas"}]},
    ),
)

ALL: Final = (*TIKTOK, *YOUTUBE, *FACEBOOK, *INSTAGRAM, *X, *LINKEDIN, *BLOTATO)


def plant(tx: Tx) -> None:
    """Write the sample accounts that are not there yet."""
    for position, sample in enumerate(ALL):
        if tx.one("SELECT 1 FROM accounts WHERE id = ?", sample.id) is None:
            add(tx, sample, position)


def add(tx: Tx, sample: Sample, position: int) -> None:
    tx.insert(
        "accounts",
        {
            "id": sample.id,
            "platform": sample.platform,
            "owner_id": sample.owner_id,
            "kind": sample.kind,
            "handle": sample.handle,
            "name": sample.name,
            "followers": sample.followers,
            "timezone": sample.timezone,
            "position": position,
            "data": json.dumps(sample.data),
        },
    )
