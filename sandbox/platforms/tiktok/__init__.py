"""TikTok: Login Kit v2, Content Posting API, Display API."""

from __future__ import annotations

from sandbox.starting import DAY, HOUR, Sample, Starting

DATA = Starting(
    name="tiktok",
    reach=1.4,
    samples=(
        Sample("tt-lumen", "creator", "lumen.studio", "Lumen Studio", 18_400),
        Sample("tt-northside", "creator", "northside.bakes", "Northside Bakes", 5_230, "America/New_York"),
        Sample("tt-trail", "creator", "trailnotes", "Trail Notes", 61_900, "America/Denver"),
        Sample("tt-quiet", "creator", "quiet.corner", "Quiet Corner", 840, "Asia/Tokyo", data={"private": True}),
    ),
    settings={
        "access_ttl_s": 2 * HOUR,
        "refresh_ttl_s": 180 * DAY,
        "code_ttl_s": 600,
        "upload_url_ttl_s": HOUR,
        "processing_s": 3.0,
        "moderation_s": 8.0,
        "init_per_minute": 6,
        "creator_info_per_minute": 20,
        "status_per_minute": 30,
        "display_per_minute": 600,
        "posts_per_day": 15,
        "pending_inbox": 5,
        "unaudited": False,
        "refuse_duplicates_s": 0,
    },
)
