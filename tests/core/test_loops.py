"""Threads that live as long as their process: whatever a step raises, and whatever ends them."""

import threading
from collections.abc import Iterator

import pytest
from django.db import OperationalError

from core import background_threads
from core.background_threads import Loop, Watchdog, backoff_s

PATIENCE_S = 30


@pytest.fixture
def dog(monkeypatch: pytest.MonkeyPatch) -> Watchdog:
    """A watchdog that looks only when it is told to."""
    dog = Watchdog(every_s=3600)
    monkeypatch.setattr(background_threads, "watchdog", dog)
    return dog


@pytest.fixture
def made(dog: Watchdog) -> Iterator[list[Loop]]:
    found: list[Loop] = []
    yield found
    for loop in found:
        loop.stop(join_s=PATIENCE_S)


def test_a_step_that_fails_is_repeated_and_its_recovery_is_told(made: list[Loop], caplog) -> None:
    worked, calls = threading.Event(), []

    def step() -> None:
        calls.append(1)
        if len(calls) < 4:
            raise [OperationalError("away"), ValueError("a bug"), ConnectionError("reset")][len(calls) - 1]
        worked.set()

    made.append(Loop("test loop", step, lambda: 0.001))
    made[0].start()
    assert worked.wait(PATIENCE_S)
    made[0].stop(join_s=PATIENCE_S)
    assert "test loop failed and will go on: away" in caplog.text
    assert "test loop works again after 3 failures." in caplog.text
    # One trace for one trouble, however often it repeats.
    assert caplog.text.count("Traceback") == 1


def test_it_waits_longer_after_each_failure_in_a_row_up_to_a_limit() -> None:
    assert [backoff_s(failures, 2.0, 30.0) for failures in range(6)] == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert backoff_s(100_000, 0.5) == background_threads.MOST_PAUSE_S


def test_the_watchdog_starts_a_thread_again_that_has_died_and_says_so(
    made: list[Loop], dog: Watchdog, caplog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    ran, doomed = threading.Event(), [True]

    def step() -> None:
        if doomed.pop() if doomed else False:
            # Not an Exception: it ends the thread, as an exit of a library does.
            raise SystemExit
        ran.set()

    made.append(Loop("test loop", step, lambda: 0.001))
    made[0].start()
    assert made[0]._thread is not None
    made[0]._thread.join(PATIENCE_S)
    assert not made[0].alive
    assert dog.look() == ["test loop"]
    assert ran.wait(PATIENCE_S)
    assert "test loop had ended, which it never should. It is started again." in caplog.text
    assert dog.look() == []


def test_what_was_stopped_on_purpose_stays_stopped(made: list[Loop], dog: Watchdog) -> None:
    made.append(Loop("test loop", lambda: None, lambda: 0.001))
    made[0].start()
    made[0].stop(join_s=PATIENCE_S)
    assert dog.look() == []
    assert not made[0].alive


def test_a_restart_that_fails_is_tried_again_at_the_next_look(dog: Watchdog, caplog) -> None:
    tries: list[int] = []

    def restart() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("no thread to be had")

    dog.watch("fragile", lambda: len(tries) > 1, restart)
    assert dog.look() == []
    assert dog.look() == ["fragile"]
    assert dog.look() == []
    assert "fragile could not be started again" in caplog.text
