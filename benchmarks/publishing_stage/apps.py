import os

from django.apps import AppConfig


class PublishingStageConfig(AppConfig):
    """Owns nothing. Makes uploads small, so that thousands of them have several parts each."""

    name = "benchmarks.publishing_stage"
    label = "publishing_stage"

    def ready(self) -> None:
        from benchmarks.publishing_stage.instant import VARIABLE, Instant
        from publishing.platforms import registry
        from publishing.platforms.youtube import adapter, limits

        if not os.environ.get("STAGE_WHOLE_PARTS"):
            adapter.CHUNK = limits.GRANULE
        if os.environ.get(VARIABLE):
            registry.ADAPTERS["tiktok"] = registry.CONNECTORS["tiktok"] = Instant()
