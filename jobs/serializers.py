"""The API's shape of a job."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import PageQuery
from jobs.models import ENDED, Job, Status


class JobErrorSerializer(serializers.Serializer[Any]):
    """Why a job failed or was cancelled."""

    code = serializers.CharField()
    message = serializers.CharField(help_text="A sentence for a person.")


class JobSubjectSerializer(serializers.Serializer[Any]):
    """What a job is about."""

    type = serializers.CharField()
    id = serializers.UUIDField()


class JobSerializer(serializers.ModelSerializer[Job]):
    """A job as programs see it; instants are UTC."""

    progress_pct = serializers.IntegerField(help_text="0 to 100.", read_only=True)
    attempts = serializers.IntegerField(help_text="How often a worker took it.", read_only=True)
    subject = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    cancel_requested = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "id", "kind", "status", "stage", "progress_pct", "subject", "result", "error", "attempts",
            "cancel_requested", "run_at", "created_at", "started_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(JobSubjectSerializer(allow_null=True))
    def get_subject(self, job: Job) -> dict[str, str] | None:
        return {"type": job.subject_type, "id": str(job.subject_id)} if job.subject_id else None

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, job: Job) -> dict[str, str] | None:
        return {"code": job.error_code, "message": job.error_message} if job.error_code else None

    def get_cancel_requested(self, job: Job) -> bool:
        """Whether somebody asked to cancel it and its worker has not seen that yet."""
        return job.cancel_requested_at is not None and job.status not in ENDED


class JobFilterSerializer(PageQuery):
    """The list's filters."""

    kind = serializers.CharField(required=False, max_length=64)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
