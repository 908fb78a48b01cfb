"""Facebook Pages: Facebook Login, Reels by phases, videos in pieces, photos, text and links, insights."""

from publishing.platforms.facebook.adapter import Facebook

ADAPTER = Facebook()
