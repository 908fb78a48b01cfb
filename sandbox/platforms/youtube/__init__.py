"""YouTube: Google OAuth, Data API v3, resumable upload, Analytics API v2."""

from __future__ import annotations

from sandbox.starting import DAY, HOUR, Sample, Starting

DATA = Starting(
    name="youtube",
    reach=0.9,
    samples=(
        Sample("UCluMenStudioSandbox0001", "channel", "@lumenstudio", "Lumen Studio", 12_700),
        Sample("UCnorThsideBakesSandb002", "channel", "@northsidebakes", "Northside Bakes", 3_480, "America/New_York"),
        Sample("UCtraiLnotesSandbox00003", "channel", "@trailnotes", "Trail Notes", 88_100, "America/Denver"),
        Sample(
            "UCnewChannelSandbox00004",
            "channel",
            "@freshstart",
            "Fresh Start (phone not verified)",
            12,
            data={"thumbnails": False},
        ),
        Sample("google-empty", "no_channel", "", "Google account without a channel", 0),
    ),
    settings={
        "access_ttl_s": HOUR,
        "code_ttl_s": 600,
        "session_ttl_s": 7 * DAY,
        "processing_s": 4.0,
        "inserts_per_day": 100,
        "units_per_day": 10_000,
        "uploads_per_channel_day": 0,
        "thumbnail_max_bytes": 2 * 1024 * 1024,
        "analytics_lag_s": 48 * HOUR,
        "unaudited": False,
        "refuse_duplicates_s": 0,
    },
)
