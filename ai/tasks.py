"""Periodic actions of the gateway."""

from datetime import timedelta

from ai import response_templates
from jobs.registry import periodic


@periodic("ai.remove_expired_templates", every=timedelta(hours=6))
def remove_expired_templates() -> None:
    """Delete stored answers past their expiry."""
    response_templates.remove_expired()
