"""Instagram: both ways of consent, containers for Reels, pictures and carousels, insights."""

from publishing.platforms.instagram.adapter import Instagram

ADAPTER = Instagram()
