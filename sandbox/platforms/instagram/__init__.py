"""Instagram in both flavours: Facebook Login on `graph.facebook.com`, Instagram Login on `graph.instagram.com`."""

from __future__ import annotations

from sandbox.starting import HOUR, Sample, Starting

DATA = Starting(
    name="instagram",
    samples=(
        Sample("17841400000000001", "business", "lumen.studio", "Lumen Studio", 14_300),
        Sample("17841400000000002", "business", "northside.bakes", "Northside Bakes", 8_900, "America/New_York"),
        Sample("17841400000000003", "creator", "trailnotes", "Trail Notes", 52_000, "America/Denver"),
        Sample("17841400000000004", "personal", "pia.private", "Pia (personal account)", 310),
    ),
    settings={
        "processing_s": 4.0,
        "listing_lag_s": 0.0,
        "posts_per_day": 50,
        "containers_per_day": 400,
        "insights_lag_s": 2 * HOUR,
        "flat_token_answer": False,
        "hashtags": 30,
        "refuse_duplicates_s": 0,
    },
)
