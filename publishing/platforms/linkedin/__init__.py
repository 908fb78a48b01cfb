"""LinkedIn: posts of members and of the pages they manage, with text, pictures or a video, and their counts."""

from publishing.platforms.linkedin.adapter import LinkedIn

ADAPTER = LinkedIn()
