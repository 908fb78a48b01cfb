"""Generating costs money and time, so it has a rate of its own beside the ordinary one."""

from typing import Any

from rest_framework.throttling import ScopedRateThrottle


class GenerateThrottled:
    """For viewsets: the actions in `generating` also count against the rate `generate`."""

    throttle_scope = "generate"
    generating: tuple[str, ...] = ("generate",)
    action: str

    def get_throttles(self) -> list[Any]:
        """The ordinary throttles, and the scoped one for slow actions; none where throttling is off."""
        throttles: list[Any] = super().get_throttles()  # type: ignore[misc]
        return [*throttles, ScopedRateThrottle()] if throttles and self.action in self.generating else throttles
