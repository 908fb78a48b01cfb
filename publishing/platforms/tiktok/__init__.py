"""TikTok: Login Kit v2, direct post by chunks, Display API counts."""

from publishing.platforms.tiktok.adapter import TikTok

ADAPTER = TikTok()
