"""Blotato v2: API key, connected accounts, media, posts, schedules, analytics."""

from __future__ import annotations

from sandbox.starting import Sample, Starting

DATA = Starting(
    name="blotato",
    samples=(
        Sample("98401", "connected", "lumen.studio", "Lumen Studio", 18_400, data={"network": "tiktok"}),
        Sample(
            "98402",
            "connected",
            "trailnotes",
            "Trail Notes",
            61_900,
            "America/Denver",
            data={"network": "tiktok"},
        ),
        Sample("98403", "connected", "lumen.studio", "Lumen Studio", 14_300, data={"network": "instagram"}),
        Sample(
            "98404",
            "connected",
            "lumenstudio",
            "Lumen Studio",
            12_700,
            data={"network": "youtube", "subaccounts": [{"id": "PL1", "name": "Tutorials"}]},
        ),
        Sample(
            "98405",
            "connected",
            "",
            "Anna Berg",
            9_400,
            data={"network": "facebook", "subaccounts": [{"id": "104000000000001", "name": "Lumen Studio"}]},
        ),
        Sample("98406", "connected", "lumenstudio", "Lumen Studio", 7_600, data={"network": "twitter"}),
        Sample(
            "98407",
            "connected",
            "mara.lind",
            "Mara Lind",
            2_900,
            data={"network": "linkedin", "subaccounts": [{"id": "80000001", "name": "Lumen Studio"}]},
        ),
        Sample(
            "98408",
            "connected",
            "lumenpins",
            "Lumen Pins",
            1_200,
            data={"network": "pinterest", "boards": [{"id": "board-1", "name": "Ideas"}]},
        ),
    ),
    settings={
        "processing_s": 5.0,
        "listing_lag_s": 0.0,
        "posts_per_minute": 30,
        "status_per_minute": 60,
        "media_per_minute": 10,
        "refuse_duplicates_s": 0,
    },
)
