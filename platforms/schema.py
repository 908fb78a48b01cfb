"""A platform as a field of a pydantic model: its key, for which an alias is accepted."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator

from platforms import PLATFORMS, canonical


def _key(value: Any) -> Any:
    return canonical(value) if isinstance(value, str) else value


if TYPE_CHECKING:
    PlatformKey = str
else:
    PlatformKey = Annotated[Literal[tuple(PLATFORMS)], BeforeValidator(_key)]
