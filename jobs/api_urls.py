"""Routes of the jobs API, relative to /api/v1/."""

from django.urls import path

from jobs.viewsets import JobViewSet

urlpatterns = [
    path("jobs", JobViewSet.as_view({"get": "list"}), name="api-jobs"),
    path("jobs/<uuid:pk>", JobViewSet.as_view({"get": "retrieve"}), name="api-job"),
    path("jobs/<uuid:pk>/cancel", JobViewSet.as_view({"post": "cancel"}), name="api-job-cancel"),
    path("jobs/<uuid:pk>/retry", JobViewSet.as_view({"post": "retry"}), name="api-job-retry"),
]
