"""X: OAuth 2.0 with PKCE, chunked media, posts with text, images or a video, their counts."""

from publishing.platforms.twitter.adapter import X

ADAPTER = X()
