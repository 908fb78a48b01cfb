"""Two starts from one folder collect the static files once, and neither meets half of them."""

import threading
from typing import Any

from jobs.management.commands import up

PATIENCE_S = 30


def test_a_second_start_waits_for_the_first_and_collects_nothing_again(
    settings: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    settings.DEBUG, settings.STATIC_ROOT = False, str(tmp_path / "static")
    collected: list[str] = []
    asked, done = threading.Event(), threading.Event()

    def is_stale(manifest: Any) -> bool:
        asked.set()
        return not done.is_set()

    monkeypatch.setattr(up, "_static_is_stale", is_stale)
    monkeypatch.setattr(up, "call_command", lambda name, **options: collected.append(name))
    second = threading.Thread(target=up.Command()._collect_static, name="second-start")
    with up._alone_in(tmp_path / "static"):
        second.start()
        assert asked.wait(PATIENCE_S)
        done.set()
    second.join(PATIENCE_S)
    assert not second.is_alive()
    assert collected == []


def test_a_start_alone_collects(settings: Any, tmp_path: Any, monkeypatch: Any) -> None:
    settings.DEBUG, settings.STATIC_ROOT = False, str(tmp_path / "static")
    collected: list[str] = []
    monkeypatch.setattr(up, "_static_is_stale", lambda manifest: True)
    monkeypatch.setattr(up, "call_command", lambda name, **options: collected.append(name))
    up.Command()._collect_static()
    assert collected == ["collectstatic"]
