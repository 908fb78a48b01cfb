"""A service that is away: told from other errors, answered with 503 and the time to come back."""

import sqlite3
from types import SimpleNamespace
from typing import Any

import kombu.exceptions
import pytest
import redis
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.test import Client

from core import cache as core_cache
from core import outages
from core.outages import Away, Breaker, Service
from tests import factories
from tests.ports import free_port


def caused_by(error: Exception, cause: Exception | None) -> Exception:
    error.__cause__ = cause
    return error


class _Refused(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("words")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "service"),
    [
        (OperationalError("the connection is lost"), Service.DATABASE),
        (caused_by(OperationalError(), _Refused(None)), Service.DATABASE),
        (caused_by(OperationalError(), _Refused("57P01")), Service.DATABASE),
        (caused_by(OperationalError(), _Refused("53300")), Service.DATABASE),
        (caused_by(InterfaceError(), _Refused(None)), Service.DATABASE),
        (caused_by(OperationalError(), sqlite_error(5)), Service.DATABASE),
        (redis.ConnectionError("refused"), Service.CACHE),
        (redis.TimeoutError("slow"), Service.CACHE),
        (caused_by(kombu.exceptions.OperationalError(), redis.ConnectionError()), Service.CACHE),
        (Away(Service.STORAGE), Service.STORAGE),
        # A deadlock, a table that is not there, a bug: those are no outages.
        (caused_by(OperationalError(), _Refused("40P01")), None),
        (caused_by(OperationalError(), sqlite_error(1)), None),
        (redis.ResponseError("wrong type"), None),
        (ValueError("a bug"), None),
    ],
)
def test_an_outage_is_told_from_other_errors(error: Exception, service: Service | None) -> None:
    found = outages.of(error)
    assert (found.service if found else None) == service


def test_who_did_not_answer_is_left_alone_for_a_moment_and_then_asked_again(monkeypatch, caplog) -> None:
    now = [100.0]
    monkeypatch.setattr(outages, "time", type("T", (), {"monotonic": staticmethod(lambda: now[0])}))
    breaker = Breaker("The thing", leave_alone_s=2.0)
    assert not breaker.open
    breaker.failed(OSError("refused"))
    breaker.failed(OSError("refused"))
    assert breaker.open
    now[0] += 2.1
    assert not breaker.open
    breaker.worked()
    assert caplog.text.count("The thing cannot be reached; the work goes on without: refused") == 1
    assert caplog.text.count("The thing answers again.") == 1


@pytest.mark.django_db
def test_what_must_not_be_lost_is_written_when_the_database_is_back(monkeypatch) -> None:
    now, pauses = [100.0], []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(outages, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    tries: list[int] = []

    def write() -> str:
        tries.append(1)
        if len(tries) < 6:
            raise OperationalError("server closed the connection unexpectedly")
        return "kept"

    assert outages.insist(write) == "kept"
    assert pauses == [0.5, 1.0, 2.0, 4.0, 5.0]

    def never() -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with pytest.raises(OperationalError):
        outages.insist(never, patience_s=10)

    def refused() -> None:
        raise caused_by(OperationalError("deadlock"), _Refused("40P01"))

    pauses.clear()
    with pytest.raises(OperationalError):
        outages.insist(refused)
    assert pauses == []


@pytest.mark.django_db
class TestDatabaseAway:
    @pytest.fixture
    def visitor(self, cast) -> Client:
        return factories.sign_in(cast.alice, Client(raise_request_exception=False))

    @pytest.fixture
    def lost_in_views(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def lost(*_: Any, **__: Any) -> None:
            raise OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr("jobs.selectors.jobs_of", lost)
        monkeypatch.setattr("pages.dashboard.render", lost)

    def test_the_api_answers_503_in_its_format(self, visitor: Client, lost_in_views: None) -> None:
        answer = visitor.get("/api/v1/jobs")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        body = answer.json()
        assert body["error"] == "unavailable"
        assert body["details"] == {"code": "database_away", "retry_after_s": 5}
        assert body["message"].startswith("The database cannot be reached")

    def test_a_page_is_answered_by_one_that_needs_no_database(self, visitor: Client, lost_in_views: None) -> None:
        answer = visitor.get("/dashboard/")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "Back in a moment" in answer.content.decode()

    def test_the_log_has_a_line_for_it_and_no_trace(self, visitor: Client, lost_in_views: None, caplog) -> None:
        visitor.get("/dashboard/")
        visitor.get("/api/v1/jobs")
        assert "Service Unavailable: /api/v1/jobs" in caplog.text
        assert "Traceback" not in caplog.text

    def test_an_action_on_a_page_tells_it_in_a_toast(self, visitor: Client, lost_in_views: None) -> None:
        answer = visitor.get("/dashboard/", HTTP_HX_REQUEST="true")
        assert (answer.status_code, answer.json()["details"]["code"]) == (503, "database_away")

    @pytest.mark.parametrize("path", ["/api/v1/jobs", "/dashboard/"])
    def test_so_is_what_fails_before_any_view(self, visitor: Client, monkeypatch, path: str) -> None:
        def lost(*_: Any, **__: Any) -> None:
            raise OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr("accounts.actors.resolve", lost)
        answer = visitor.get(path)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")

    def test_an_error_of_ours_is_still_500(self, visitor: Client, monkeypatch) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise ValueError("a bug")

        monkeypatch.setattr("pages.dashboard.render", broken)
        assert visitor.get("/dashboard/").status_code == 500


@pytest.mark.django_db
class TestRedisAway:
    @pytest.fixture(autouse=True)
    def _away(self, settings: Any) -> None:
        location = f"redis://127.0.0.1:{free_port()}/0"
        settings.CACHES = {"default": {"BACKEND": "core.cache.DegradingRedisCache", "LOCATION": location}}

    def test_the_cache_forgets_and_nobody_fails(self) -> None:
        cache.set("a", 1)
        cache.set_many({"a": 1})
        cache.delete("a")
        cache.clear()
        assert cache.get("a") is None
        assert cache.get("a", "other") == "other"
        assert cache.get_many(["a"]) == {}
        assert cache.add("a", 1)
        assert cache.incr("a") == 1
        assert not cache.touch("a")
        assert not cache.has_key("a")
        assert not core_cache.available()

    def test_lists_and_new_folders_work(self, cast) -> None:
        client = cast.browsers.alice
        assert client.get("/api/v1/videos").status_code == 200
        made = client.post("/api/v1/folders", {"name": "Summer"}, content_type="application/json")
        assert made.status_code == 201

    def test_nobody_signs_in_while_tries_cannot_be_counted(self, cast) -> None:
        body = {"email": cast.alice.email, "password": "wrong"}
        answer = Client().post("/api/v1/auth/login", body, content_type="application/json")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer.json()["details"]["code"] == "cache_away"

    def test_health_says_what_is_degraded_and_the_server_stays_in_service(self) -> None:
        answer = Client().get("/health")
        assert answer.status_code == 200
        assert (answer.json()["status"], answer.json()["checks"]["cache"]) == ("degraded", "unreachable")
        assert Client().get("/health/ready").status_code == 200
