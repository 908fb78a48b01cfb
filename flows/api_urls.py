"""Routes of /api/v1 that belong to flows."""

from django.urls import path

from flows.batches.viewsets import FromVideos
from flows.spreadsheets.viewsets import Export, Import, ImportTemplate
from flows.viewsets import Health, Ready

urlpatterns = [
    path("posts/from-videos", FromVideos.as_view(), name="api-posts-from-videos"),
    path("posts/import", Import.as_view(), name="api-posts-import"),
    path("posts/import/template.csv", ImportTemplate.as_view(), name="api-posts-import-template"),
    path("posts/export.csv", Export.as_view(), name="api-posts-export"),
    path("health", Health.as_view(), name="api-health"),
    path("health/ready", Ready.as_view(), name="api-health-ready"),
]
