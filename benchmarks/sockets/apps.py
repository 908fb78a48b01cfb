from django.apps import AppConfig


class SocketsConfig(AppConfig):
    """One kind of job that says how far it is; installed only by this benchmark's own settings."""

    name = "benchmarks.sockets"
    label = "sockets_benchmark"
