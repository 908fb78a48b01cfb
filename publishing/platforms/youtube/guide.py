"""How a person connects YouTube."""

from publishing.platforms.declared import Guide

_SCOPE = "https://www.googleapis.com/auth"

GUIDE = Guide(
    needs="A Google account that has a YouTube channel. Make one first at youtube.com/create_channel.",
    steps=(
        "Press Connect. Google opens; choose the Google account, then the channel (brand accounts are listed too).",
        "Leave every permission ticked, or uploading and numbers will not work.",
        "You are then taken back here.",
    ),
    scopes={
        f"{_SCOPE}/youtube.upload": "upload videos",
        f"{_SCOPE}/youtube.readonly": "read your channel and your videos",
        f"{_SCOPE}/yt-analytics.readonly": "read the numbers of your videos",
    },
)
