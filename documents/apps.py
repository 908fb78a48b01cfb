from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Owns what versioned documents share: rows, versions, making, trash, export, API. Not: what any of them says."""

    name = "documents"
    label = "documents"
