"""The sockets of this process by the topic they listen to: whatever event reaches the process goes to them here."""

import asyncio
from typing import Protocol


class Listener(Protocol):
    """A socket. Both methods are called on its own event loop and must not wait."""

    def deliver(self, text: str) -> None:
        """Send an event."""

    def interrupt(self, error: Exception) -> None:
        """Events may have been lost; what the page shows must be fetched again."""


class Hub:
    """The listeners on one event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}

    def join(self, topic: str, listener: Listener) -> None:
        """Listen to a topic."""
        self._listeners.setdefault(topic, set()).add(listener)

    def leave(self, topic: str, listener: Listener) -> None:
        """Listen no more; again is harmless."""
        listeners = self._listeners.get(topic, set())
        listeners.discard(listener)
        if not listeners:
            self._listeners.pop(topic, None)

    def listens(self, topic: str) -> bool:
        """Whether anybody listens. From any thread."""
        return topic in self._listeners

    def deliver(self, topic: str, text: str) -> None:
        """Hand an event to all who listen."""
        for listener in list(self._listeners.get(topic, ())):
            listener.deliver(text)

    def interrupt(self, error: Exception) -> None:
        """Tell every listener that events may have been lost."""
        for listener in {each for listeners in self._listeners.values() for each in listeners}:
            listener.interrupt(error)


# A server has one event loop; tests have one each.
_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def here() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        for gone in [other for other in _hubs if other.is_closed()]:
            _hubs.pop(gone, None)
        _hubs[loop] = Hub()
    return _hubs[loop]


def deliver(topic: str, text: str) -> None:
    """Hand an event to all listeners of the process. From any thread; does not wait."""
    for loop, hub in list(_hubs.items()):
        if hub.listens(topic) and not loop.is_closed():
            loop.call_soon_threadsafe(hub.deliver, topic, text)


def interrupt(error: Exception) -> None:
    """Tell all listeners of the process that events may have been lost. From any thread."""
    for loop, hub in list(_hubs.items()):
        if not loop.is_closed():
            loop.call_soon_threadsafe(hub.interrupt, error)
