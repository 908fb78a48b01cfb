"""YouTube: Google consent, resumable upload, processing state, thumbnails, Data and Analytics API counts."""

from publishing.platforms.youtube.adapter import YouTube

ADAPTER = YouTube()
