"""Recurring posts in the API."""
