from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Grants, social accounts, posts and their targets, platform adapters, the schedule and its engine.

    Owns everything that reaches an outside platform. Knows media files, never videos or renditions; numbers that
    come back are analytics' to keep.
    """

    name = "publishing"
    label = "publishing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let pages listen to a post, and people hear of it. Handlers and ticks in `tasks` are found by jobs."""
        from core import hooks
        from jobs import events
        from publishing.approvals import receivers as approvals  # noqa: F401
        from publishing.models import Post, RecurringMedia
        from publishing.notices import receivers  # noqa: F401
        from publishing.schedule import recurring
        from publishing.services import files

        events.register_topic("post", Post)
        hooks.uses.register(files.needs_of, memories=files.MEMORIES)
        hooks.uses.register(recurring.needs_of, memories=[RecurringMedia])
