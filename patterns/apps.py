from django.apps import AppConfig


class PatternsConfig(AppConfig):
    """Owns analyses, patterns, their scores (written by analytics) and comparison. Not: the engine's mathematics,
    which live in `patterns.measure` and know no Django."""

    name = "patterns"
    label = "patterns"

    def ready(self) -> None:
        """Measure every video whose file is prepared; know how to ask what one means."""
        from patterns import receivers
        from patterns.meaning import purpose
        from videos.signals import video_prepared

        video_prepared.connect(receivers.measure_prepared_video, dispatch_uid="patterns.measure")
        purpose.register()
