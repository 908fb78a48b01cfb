from django.apps import AppConfig


class AiConfig(AppConfig):
    """Owns the model gateway: purposes, providers, response templates, the ledger. Not: any domain data."""

    name = "ai"
    label = "ai"
    verbose_name = "Model gateway"

    def ready(self) -> None:
        from ai import captions, checks  # noqa: F401 - the purpose and the checks register themselves

        captions.register()
