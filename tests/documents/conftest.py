"""A ready document of each kind, made offline by Bob on 4 May 2026."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from documents.kinds import DocumentType
from documents.models import Document
from scripts_app import selectors as script_selectors
from scripts_app import services as script_services
from scripts_app import tasks as script_tasks
from scripts_app.document import SCRIPT
from strategies import selectors as strategy_selectors
from strategies import services as strategy_services
from strategies import tasks as strategy_tasks
from strategies.document import STRATEGY
from tests.strategies.conftest import env  # noqa: F401 - a fixture

INPUTS = {
    "strategy": {"platforms": ["tiktok"], "goals": ["views"], "niche": "home gardening"},
    "script": {"concept": "5 Tips for Better Sleep", "platform": "tiktok", "duration": 30},
}
MODULES = {
    "strategy": (STRATEGY, strategy_services, strategy_selectors, strategy_tasks),
    "script": (SCRIPT, script_services, script_selectors, script_tasks),
}


@dataclass
class Case:
    """One kind of document with its modules, a document, and a section that is a text."""

    cast: SimpleNamespace
    kind: DocumentType[Any, Any, Any]
    services: Any
    selectors: Any
    tasks: Any
    section: str
    document: Document = None  # type: ignore[assignment]

    def make(self, **changes: Any) -> Any:
        """What `generate` answers to the kind's usual inputs."""
        return self.services.generate(actor=self.cast.bob_actor, **{**INPUTS[self.kind.name], **changes})

    def edit(self, text: str, *, version: int, actor: Any = None) -> Any:
        """Replace the section."""
        given = {"actor": actor or self.cast.bob_actor, "document_id": self.document.pk}
        return self.services.edit(**given, version=version, changes={self.section: text})

    def shown(self, number: int | None = None) -> Any:
        return self.selectors.shown(self.cast.bob_actor, self.document.pk, number=number)

    def text(self, number: int | None = None) -> str:
        """What the section says."""
        return str(getattr(self.shown(number).content, self.section))


@pytest.fixture(params=["strategy", "script"])
def kind(request: pytest.FixtureRequest, cast: SimpleNamespace, env: Any) -> Case:  # noqa: F811 - the fixture
    """A kind without documents."""
    return Case(cast, *MODULES[request.param], section={"strategy": "summary", "script": "music"}[request.param])


@pytest.fixture
def case(kind: Case, frozen: None) -> Case:
    """With a ready document."""
    kind.document = kind.make().document
    return kind
