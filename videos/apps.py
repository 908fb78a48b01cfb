from django.apps import AppConfig


class VideosConfig(AppConfig):
    """Owns the video library: videos, folders, tags, uploads that become videos, previews. Not: what was measured."""

    name = "videos"
    label = "videos"

    def ready(self) -> None:
        """Let pages listen to a video."""
        from jobs import events
        from videos.models import Video

        events.register_topic("video", Video)
