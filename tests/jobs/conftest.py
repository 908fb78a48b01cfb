"""Kinds of job for tests: each test registers what it needs and leaves the registry as it was."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jobs import registry


@pytest.fixture
def kind() -> Iterator[Callable[..., str]]:
    """`kind(function, **options)` registers a handler under a fresh name and returns the name."""
    before = dict(registry.kinds)
    counter = iter(range(1000))

    def register(function: Callable[..., Any], **options: Any) -> str:
        name = f"test.kind_{next(counter)}"
        registry.handler(name, **options)(function)
        return name

    yield register
    registry.kinds.clear()
    registry.kinds.update(before)
