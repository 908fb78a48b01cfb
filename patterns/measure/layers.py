"""How each part of a measurement ended. One that fails is alone with it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from .features import Layer, LayerName, LayerStatus

T = TypeVar("T")


class Layers:
    def __init__(self, wanted: Collection[LayerName]) -> None:
        self._wanted = frozenset(wanted)
        self._status: dict[LayerName, Layer] = {}

    def wants(self, *names: LayerName) -> bool:
        return any(name in self._wanted for name in names)

    def run(self, name: LayerName, work: Callable[[], T], *, missing: str = "") -> T | None:
        """The result of `work`, or None when it is not wanted or cannot be done with these numbers.

        `missing` says what part of it could not be done: a layer that has only some of its facts is never "ok".
        """
        if name not in self._wanted:
            self.skip("Not asked for.", name)
            return None
        try:
            result = work()
        except (ArithmeticError, ValueError, IndexError, MemoryError) as error:
            self.fail(f"This part could not be measured ({type(error).__name__}).", name)
            return None
        self._status[name] = Layer(status=LayerStatus.PARTIAL if missing else LayerStatus.OK, message=missing)
        return result

    def skip(self, message: str, *names: LayerName) -> None:
        for name in names:
            self._status[name] = Layer(status=LayerStatus.SKIPPED, message=message)

    def fail(self, message: str, *names: LayerName) -> None:
        for name in names:
            self._status[name] = Layer(status=LayerStatus.FAILED, message=message)

    def status(self) -> dict[LayerName, Layer]:
        return {name: self._status[name] for name in LayerName if name in self._status}
