"""Shared fixtures: the cast (Alice owns, Bob is her teammate, Charlie is a stranger), a clock, the scope."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from core import cache as core_cache
from core import clock, scope
from flows import monitoring
from jobs import events, wake
from jobs.leases import keeper
from jobs.polling import poller
from media.stores import s3
from tests import factories


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--services", action="store_true", help="Only tests that ask a database.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On another database only what asks one can end otherwise."""
    if not config.getoption("--services"):
        return
    asking = {"db", "transactional_db", "live_server"}
    kept, left = [], []
    for item in items:
        asks = item.get_closest_marker("django_db") or asking & set(getattr(item, "fixturenames", ()))
        (kept if asks or item.get_closest_marker("redis") else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker of a parallel run has a test database of its own."""


@pytest.fixture(autouse=True)
def _own_folders(settings: object, tmp_path: object) -> None:
    """Every test writes its media, mail and scratch files into its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined,operator]
    settings.WORK_DIR = tmp_path / "work"  # type: ignore[attr-defined,operator]
    settings.WORK_DIR.mkdir()  # type: ignore[attr-defined]
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tmp"  # type: ignore[attr-defined,operator]
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()  # type: ignore[attr-defined]
    storages = {**settings.STORAGES}  # type: ignore[attr-defined]
    if not settings.USE_S3:  # type: ignore[attr-defined]
        default = {**storages["default"], "OPTIONS": {"location": settings.MEDIA_ROOT}}  # type: ignore[attr-defined]
        settings.STORAGES = {**storages, "default": default}  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _own_cache(settings: object) -> None:
    """Clearing empties a whole Redis database, so each worker of a parallel run has one apart from the sockets'."""
    default = settings.CACHES["default"]  # type: ignore[attr-defined]
    if "LOCATION" in default:
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        address = urlsplit(default["LOCATION"])._replace(path=f"/{1 + worker % 15}").geturl()
        settings.CACHES = {"default": {**default, "LOCATION": address}}  # type: ignore[attr-defined]
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def _nobody_watches() -> None:
    """The thread that comes with the ASGI application would raise alarms in whatever test runs two minutes later."""
    monitoring.watcher.stop()


@pytest.fixture(autouse=True)
def _no_heartbeat_left() -> Iterator[None]:
    """A heartbeat that one test started would look, on its own connection, for what a later test has not committed."""
    yield
    poller.stop(join_s=5)
    keeper.stop()


@pytest.fixture(autouse=True)
def _no_outage_left() -> None:
    """What one test saw failing is not left alone by the next one."""
    for breaker in (core_cache._breaker, events._breaker, wake._breaker, s3._breaker):
        breaker.reset()


@pytest.fixture
def frozen() -> Iterator[None]:
    """The clock stands at a known instant; `clock.advance` moves it."""
    with clock.freeze(datetime(2026, 5, 4, 9, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def cast(db: None) -> Iterator[SimpleNamespace]:
    """Alice (admin) and Bob (editor) share a workspace, Charlie has his own. The system scope is in force."""
    with scope.system("tests"):
        yield factories.make_cast()


@pytest.fixture
def in_workspace(cast: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """The cast, seen from inside Alice's workspace (as a request or job would be)."""
    with scope.workspace(cast.workspace.pk):
        yield cast
