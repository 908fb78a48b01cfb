from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Owns durable jobs, their progress, and the event stream to the pages. Not: what any job does."""

    name = "jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load every app's handlers and periodic actions, and keep the rows of beat complete."""
        from accounts.models import Workspace
        from jobs import beat, events
        from jobs.models import Job

        autodiscover_modules("tasks")
        events.register_topic("job", Job)
        events.register_topic("workspace", Workspace)
        post_migrate.connect(beat.after_migrate, sender=self, dispatch_uid="jobs.beat")
