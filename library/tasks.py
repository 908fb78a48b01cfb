"""What the library does by itself."""

from datetime import timedelta

from jobs import periodic
from library.services import templates


@periodic("library.empty_trash", every=timedelta(hours=6))
def empty_trash() -> None:
    """Erase templates that have been in the trash for 30 days."""
    templates.empty_trash()
