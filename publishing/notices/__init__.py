"""Notices about posts and connections."""
