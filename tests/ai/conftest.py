"""A small purpose to ask about; the vendors' server is shared with other apps' tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from ai import purposes
from ai.purposes import Image, Purpose, PurposeKind
from tests.vendors import env, vendor

__all__ = ["env", "vendor"]


class Ask(BaseModel):
    platform: str
    idea: str
    notes: list[str] = []


class Told(BaseModel):
    sentence: str
    seconds: int = 3


class Seen(BaseModel):
    checksum: str
    note: str = ""


def _too_long(_request: Ask, answer: Told) -> list[str]:
    return [] if answer.seconds <= 60 else ["seconds: must be at most 60"]


@pytest.fixture
def purpose(env: Any) -> Iterator[Purpose]:
    """A text purpose named `demo` and a vision purpose named `demo_seen`; gone after the test."""
    before = dict(purposes._purposes)
    text = Purpose(
        name="demo",
        request=Ask,
        answer=Told,
        offline=lambda asked: Told(sentence=f"Offline about {asked.idea}."),
        exact_fields=("platform",),
        instructions="Answer briefly.",
        check=_too_long,
    )
    seen = Purpose(
        name="demo_seen",
        request=Seen,
        answer=Told,
        offline=lambda asked: Told(sentence="Nothing seen."),
        exact_fields=("checksum",),
        kind=PurposeKind.VISION,
        images=lambda asked: [Image(b"\xff\xd8jpeg")],
    )
    purposes.register(text)
    purposes.register(seen)
    yield text
    purposes._purposes.clear()
    purposes._purposes.update(before)
