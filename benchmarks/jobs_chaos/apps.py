from django.apps import AppConfig


class JobsChaosConfig(AppConfig):
    """Owns the table of effects of a chaos run; installed only by this benchmark's own settings."""

    name = "benchmarks.jobs_chaos"
    label = "jobs_chaos"
