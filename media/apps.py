from django.apps import AppConfig


class MediaConfig(AppConfig):
    """Owns files of every kind: upload, content judging, storage, signed URLs, quota, clean-up. Not: what a file means
    to a video, a post or a brand; those rows point here."""

    name = "media"
    label = "media"
