"""The API of jobs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ActorViewSet, endpoint
from jobs import selectors, services
from jobs.models import Job
from jobs.serializers import JobFilterSerializer, JobSerializer


class JobViewSet(mixins.ListModelMixin, ActorViewSet):
    """Background work of the workspace: how far it is, how it ended."""

    serializer_class = JobSerializer
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        return selectors.jobs_of(self.actor, **self.query)

    @endpoint(query=JobFilterSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The workspace's jobs, newest first."""
        return super().list(request, *args, **kwargs)

    @endpoint(responses=JobSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One job."""
        return Response(JobSerializer(selectors.job_of(self.actor, pk)).data)

    @endpoint(responses=JobSerializer)
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Cancel a job; a running one stops within seconds. 409 when it has ended."""
        return Response(JobSerializer(services.cancel(actor=self.actor, job_id=pk)).data)

    @endpoint(responses={202: JobSerializer})
    def retry(self, request: Request, pk: UUID) -> Response:
        """Run a failed or cancelled job again, from where it stopped. 409 otherwise."""
        return Response(JobSerializer(services.retry(actor=self.actor, job_id=pk)).data, status=202)
