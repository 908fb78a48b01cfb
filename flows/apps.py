from django.apps import AppConfig


class FlowsConfig(AppConfig):
    """Use cases that cross apps. Owns no models."""

    name = "flows"
    label = "flows"
