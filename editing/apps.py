from django.apps import AppConfig


class EditingConfig(AppConfig):
    """Owns edit plans, their renders and the renditions made. Not: the videos and scripts they are made from."""

    name = "editing"
    label = "editing"

    def ready(self) -> None:
        """Register the render jobs and the topic that pages listen to."""
        from editing import tasks, topics

        topics.register()
        assert tasks
