"""Where a run works: a scratch folder with SQLite, or a database of its own on a PostgreSQL server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

KEYS = {
    "SECRET_KEY": "stage " * 8,
    "ENCRYPTION_KEY": "stage-stage-stage-stage-stage-32",
    "PUBLIC_BASE_URL": "http://localhost:8000",
}


def plain_environment() -> dict[str, str]:
    """The environment without a choice of database."""
    return {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "MODE")}


@contextmanager
def postgresql(server_url: str, redis_url: str, name: str) -> Iterator[dict[str, str]]:
    """The variables of a database of one's own beside the named one. Empties the named Redis database."""
    parts = urlsplit(server_url)
    database = f"{name}_{os.getpid()}"
    maintenance = urlunsplit(parts._replace(path="/postgres"))
    redis.Redis.from_url(redis_url).flushdb()
    with psycopg.connect(maintenance, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{database}"')
    try:
        yield {"DATABASE_URL": urlunsplit(parts._replace(path=f"/{database}")), "REDIS_URL": redis_url, **KEYS}
    finally:
        with psycopg.connect(maintenance, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
