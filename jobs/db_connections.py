"""Giving database connections back."""

from django.db import connection


def release() -> None:
    """Give this thread's connection back, unless a transaction is open on it."""
    if not connection.in_atomic_block:
        connection.close()
