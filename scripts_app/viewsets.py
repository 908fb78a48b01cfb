"""The scripts API."""

from typing import Any

from documents.viewsets import DocumentExportViewSet, DocumentViewSet
from scripts_app import selectors, serializers, services
from scripts_app.document import SCRIPT, Made, Shown


class ScriptViewSet(DocumentViewSet):
    """List, generate, read, edit, delete; versions."""

    kind = SCRIPT
    rows = staticmethod(selectors.scripts)
    make = staticmethod(services.generate)
    serializer_class = serializers.ScriptSerializer
    generate_serializer = serializers.ScriptGenerateSerializer
    update_serializer = serializers.ScriptUpdateSerializer
    detail_serializer = serializers.ScriptDetailSerializer
    version_serializer = serializers.ScriptVersionSerializer
    pending_serializer = serializers.ScriptPendingSerializer

    def more(self, shown: Shown) -> dict[str, Any]:
        others = selectors.variations(self.actor, shown.script)
        variations = [{"id": row.pk, "title": row.title, "status": row.status} for row in others]
        return {"warnings": shown.warnings, "variations": variations}

    def still_pending(self, made: Made) -> dict[str, Any]:
        jobs = {job.subject_id: job.pk for job in made.jobs}
        return {"variations": [{"id": row.pk, "task_id": jobs.get(row.pk)} for row in made.scripts]}


class ScriptExportViewSet(DocumentExportViewSet):
    """A version as a file."""

    kind = SCRIPT
    serializer_class = serializers.ScriptSerializer
    export_serializer = serializers.ScriptExportQuerySerializer
