"""Addresses outside /api/v1 that belong to flows."""

from django.urls import path

from flows.viewsets import Health, Ready

urlpatterns = [
    path("health", Health.as_view(), name="health"),
    path("health/ready", Ready.as_view(), name="health-ready"),
]
