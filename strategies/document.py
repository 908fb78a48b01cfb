"""What a strategy is as a kind of document."""

from collections.abc import Iterable
from dataclasses import dataclass

from ai.gateway import Answer
from core.actor import Actor
from core.errors import Conflict, ValidationFailed
from documents.export import Block
from documents.kinds import DocumentType, leaves
from documents.kinds import Made as MadeDocuments
from documents.kinds import Shown as ShownDocument
from documents.models import DocumentVersion
from strategies import facts, schema
from strategies.blocks import blocks, section_text
from strategies.errors import StrategyError
from strategies.models import Strategy, StrategyVersion
from strategies.purpose import PURPOSE
from strategies.schema import SECTIONS, StrategyContent, StrategyInputs, StrategyRequest
from videos.models import Video


@dataclass(frozen=True, slots=True)
class Shown(ShownDocument[Strategy, StrategyContent, StrategyRequest]):
    """A strategy with one of its versions."""

    @property
    def strategy(self) -> Strategy:
        return self.document


@dataclass(frozen=True, slots=True)
class Made(MadeDocuments[Strategy]):
    """A strategy, and the job that still works on it (None when it is ready)."""

    @property
    def strategy(self) -> Strategy:
        return self.document


class StrategyType(DocumentType[Strategy, Shown, Made]):
    """Strategies: every section can be edited, and made again from the newest measurements."""

    name = "strategy"
    model, version_model, shown, made = Strategy, StrategyVersion, Shown, Made
    content, request = StrategyContent, StrategyRequest
    errors = StrategyError
    purpose = PURPOSE
    sections = SECTIONS
    stage = "Reading the measurements"
    can_regenerate = True

    def request_for(self, actor: Actor, document: Strategy) -> StrategyRequest:
        chosen = (
            Video.objects.for_workspace(actor.workspace_id)
            .filter(strategy_videos__strategy=document, deleted_at__isnull=True)
            .order_by("strategy_videos__id")
        )
        return facts.request(actor, StrategyInputs.model_validate(document.inputs), list(chosen))

    def blocks(self, shown: Shown) -> list[Block]:
        assert shown.content is not None
        assert shown.version is not None
        return blocks(shown.content, offline=shown.offline, version=shown.version.number)

    def search_words(self, document: Strategy) -> Iterable[str]:
        return [document.niche, *document.platforms]

    def check(self, content: StrategyContent, former: DocumentVersion) -> None:
        """Measured evidence in an edited section must still be what was measured."""
        wrong = schema.false_evidence(StrategyRequest.model_validate(former.request), content)
        if wrong:
            sentence = f"{wrong[0].capitalize()}."
            raise ValidationFailed(StrategyError.CONTENT_INVALID, sentence, {"objections": wrong})

    def regenerated(self, former: DocumentVersion, answer: Answer, section: str) -> StrategyContent:
        """Without a model the same measurements and templates give the same words; another order of them is nothing
        new and is refused."""
        new = answer.value.model_dump(mode="json")[section]
        if answer.offline and set(leaves(former.content[section])) == set(leaves(new)):
            raise Conflict(
                StrategyError.NOTHING_NEW,
                f"{SECTIONS[section]}: without a language model there is nothing new to say. The same measurements and "
                "templates give the same words. Analyse more videos, connect a model, or edit the section yourself.",
            )
        return StrategyContent.model_validate({**former.content, section: new})

    def section_text(self, content: StrategyContent, key: str) -> str:
        return section_text(content, key)

    def unknown_section(self, key: str) -> str:
        return f"A strategy has no section “{key}”."


STRATEGY = StrategyType()
