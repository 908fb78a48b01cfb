"""Facebook: Login (also for Instagram), Pages, Reels by phases, videos, photos, feed, insights."""

from __future__ import annotations

from typing import Final

from sandbox.starting import DAY, HOUR, Sample, Starting

ANNA: Final = "100000000000001"
OMAR: Final = "100000000000002"

DATA = Starting(
    name="facebook",
    reach=0.6,
    samples=(
        Sample(ANNA, "person", "", "Anna Berg", 0),
        Sample(OMAR, "person", "", "Omar Haddad", 0),
        Sample("100000000000003", "person", "", "Pia Nopages", 0),
        Sample(
            "104000000000001",
            "page",
            "lumenstudio",
            "Lumen Studio",
            9_400,
            owner_id=ANNA,
            data={"instagram": "17841400000000001"},
        ),
        Sample("104000000000002", "page", "lumenlab", "Lumen Lab (no Instagram)", 1_150, owner_id=ANNA),
        Sample(
            "104000000000003",
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
            "page",
            "clientpage",
            "Client Page (read-only role)",
            2_000,
            owner_id=OMAR,
            data={"tasks": ["ANALYZE"]},
        ),
    ),
    settings={
        "meta.code_ttl_s": 600,
        "meta.short_ttl_s": 2 * HOUR,
        "meta.long_ttl_s": 5_183_944,
        "meta.app_users": 50,
        "processing_s": 4.0,
        "process_before_finish": False,
        "listing_lag_s": 0.0,
        "reels_per_day": 30,
        "refuse_duplicates_s": DAY,
    },
)
