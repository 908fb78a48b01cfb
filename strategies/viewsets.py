"""The strategies API."""

from typing import Any

from documents.viewsets import DocumentExportViewSet, DocumentViewSet
from strategies import selectors, serializers, services
from strategies.document import STRATEGY, Shown


class StrategyViewSet(DocumentViewSet):
    """List, generate, read, edit, delete; versions, sections, export."""

    kind = STRATEGY
    rows = staticmethod(selectors.strategies)
    make = staticmethod(services.generate)
    serializer_class = serializers.StrategySerializer
    generate_serializer = serializers.StrategyGenerateSerializer
    update_serializer = serializers.StrategyUpdateSerializer
    detail_serializer = serializers.StrategyDetailSerializer
    version_serializer = serializers.StrategyVersionSerializer
    pending_serializer = serializers.StrategyPendingSerializer

    def more(self, shown: Shown) -> dict[str, Any]:
        videos = shown.request.videos if shown.request else []
        return {"video_ids": [video.video_id for video in videos], "inputs": shown.strategy.inputs}


class StrategyExportViewSet(DocumentExportViewSet):
    """A version as a file."""

    kind = STRATEGY
    serializer_class = serializers.StrategySerializer
    export_serializer = serializers.StrategyExportQuerySerializer
