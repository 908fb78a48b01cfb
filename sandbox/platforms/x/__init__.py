"""X: OAuth 2.0 with PKCE, chunked media, posts and their metrics."""

from __future__ import annotations

from sandbox.starting import DAY, HOUR, Sample, Starting

DATA = Starting(
    name="x",
    also="twitter",  # its former name
    reach=0.7,
    samples=(
        Sample("2244990001", "user", "lumenstudio", "Lumen Studio", 7_600),
        Sample("2244990002", "user", "northsidebakes", "Northside Bakes", 2_300, "America/New_York"),
        Sample("2244990003", "user", "trailnotes", "Trail Notes", 33_000, "America/Denver"),
    ),
    settings={
        "code_ttl_s": 30,
        "access_ttl_s": 2 * HOUR,
        "processing_s": 3.0,
        "listing_lag_s": 0.0,
        "text_limit": 280,
        "video_max_bytes": 512 * 1024 * 1024,
        "video_max_s": 140,
        "posts_per_window": 100,
        "media_per_window": 1875,
        "status_per_window": 1000,
        "lookup_per_window": 5000,
        "me_per_window": 75,
        "analytics_per_window": 300,
        "refuse_duplicates_s": DAY,
    },
)
