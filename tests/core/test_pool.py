"""PostgreSQL behind a gate: shut is at once an error of Django's kind, opened again at once a connection."""

import fcntl
import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext

from benchmarks.outage_drills.gate import Gate
from core import outages, scope
from core.db.postgresql.pool import Reachability, alive
from tests.waits import until

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
PATIENCE_S = 30


@pytest.fixture
def gate() -> Iterator[Gate]:
    here = connection.settings_dict
    gate = Gate(int(here["PORT"] or 5432), here["HOST"] or "127.0.0.1")
    yield gate
    gate.shut()


@pytest.fixture
def gated(gate: Gate) -> Iterator[object]:
    """A connection to the same database through the gate, from a pool of its own."""
    wrapper = connections.create_connection("default")
    options = {**wrapper.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 20}}
    wrapper.alias = "gated"
    wrapper.settings_dict = {**wrapper.settings_dict, "HOST": "127.0.0.1", "PORT": gate.port, "OPTIONS": options}
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def ask(wrapper) -> int:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT 7")
        return cursor.fetchone()[0]


def seconds_until_refused(wrapper) -> float:
    began = time.monotonic()
    with pytest.raises(OperationalError) as caught:
        ask(wrapper)
    assert outages.of(caught.value) is not None
    wrapper.close()
    return time.monotonic() - began


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's pool")
class TestGate:
    def test_a_connection_lost_while_the_scope_is_written_is_djangos_error(self, gate, gated):
        """Every handler of ours catches Django's; the driver's own passed them all and ended threads for good."""
        assert ask(gated) == 7
        gate.shut()
        with scope.system("a scope that is not yet in the session"), pytest.raises(OperationalError):
            ask(gated)

    def test_while_it_is_shut_everybody_is_refused_at_once_and_nobody_waits(self, gate, gated):
        assert ask(gated) == 7
        gated.close()
        gate.shut()
        assert seconds_until_refused(gated) < 1.0
        assert seconds_until_refused(gated) < 0.1
        assert seconds_until_refused(gated) < 0.1

    def test_opened_again_it_works_at_once_and_no_dead_connection_is_handed_out(self, gate, gated):
        assert ask(gated) == 7
        gated.close()
        gate.shut()
        seconds_until_refused(gated)
        gate.open()
        began = time.monotonic()
        until(lambda: not gated.pool.reachability.away, "the server to be reached again")
        assert ask(gated) == 7
        assert time.monotonic() - began < 5.0
        for _ in range(5):
            gated.close()
            assert ask(gated) == 7

    def test_a_connection_that_died_in_the_pool_is_replaced_unseen(self, gate, gated):
        assert ask(gated) == 7
        gated.close()
        gate.shut()
        gate.open()
        assert ask(gated) == 7

    def test_a_living_connection_costs_no_trip_more(self, gated):
        with CaptureQueriesContext(gated) as queries:
            assert ask(gated) == 7
            gated.close()
            assert ask(gated) == 7
        assert len(queries) == 2


def test_one_thread_knocks_until_the_server_answers():
    knocks: list[float] = []
    all_lost = threading.Event()

    def knock() -> None:
        assert all_lost.wait(PATIENCE_S)
        knocks.append(time.monotonic())
        if len(knocks) < 3:
            raise psycopg.OperationalError("refused")

    reachability = Reachability(knock, every_s=0.001)
    for _ in range(5):
        reachability.lost(psycopg.OperationalError("refused"))
    all_lost.set()
    until(lambda: not reachability.away, "the knocking to be answered")
    assert len(knocks) == 3


def test_an_idle_connection_with_a_descriptor_above_a_thousand_is_alive() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    ours, theirs = socket.socketpair()
    number = fcntl.fcntl(ours.fileno(), fcntl.F_DUPFD, 1500)
    try:
        assert alive(SimpleNamespace(fileno=lambda: number, close=lambda: None))
    finally:
        os.close(number)
        ours.close()
        theirs.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
