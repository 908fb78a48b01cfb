"""LinkedIn: OAuth, members and organizations, part uploads, posts, analytics."""

from __future__ import annotations

from sandbox.starting import DAY, Sample, Starting

DATA = Starting(
    name="linkedin",
    reach=0.5,
    samples=(
        Sample("maraLind01", "member", "mara.lind", "Mara Lind", 2_900),
        Sample("jonasWeil2", "member", "jonas.weil", "Jonas Weil", 640, "America/New_York"),
        Sample("80000001", "organization", "lumen-studio", "Lumen Studio", 5_100, owner_id="maraLind01"),
        Sample(
            "80000002",
            "organization",
            "lumen-lab",
            "Lumen Lab",
            480,
            owner_id="maraLind01",
            data={"role": "CONTENT_ADMINISTRATOR"},
        ),
        Sample(
            "80000003",
            "organization",
            "northside-bakes",
            "Northside Bakes",
            1_750,
            "America/New_York",
            owner_id="jonasWeil2",
        ),
    ),
    settings={
        "code_ttl_s": 1800,
        "access_ttl_s": 60 * DAY,
        "refresh_tokens": False,
        "upload_url_ttl_s": DAY,
        "processing_s": 4.0,
        "listing_lag_s": 0.0,
        "posts_per_day": 150,
        "refuse_duplicates_s": DAY,
    },
)
