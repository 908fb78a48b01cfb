from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """Owns templates of posts, hashtag groups, signatures, the tags of drafts. Not: drafts themselves (publishing)."""

    name = "library"
    label = "library"

    def ready(self) -> None:
        """Keep the files of templates from being deleted."""
        from core import hooks
        from library import selectors
        from library.models import TemplateMedia

        hooks.uses.register(selectors.needs_of, memories=[TemplateMedia])
