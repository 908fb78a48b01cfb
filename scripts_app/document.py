"""What a script is as a kind of document."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.actor import Actor
from core.errors import ValidationFailed
from documents.export import Block
from documents.kinds import DocumentType
from documents.kinds import Made as MadeDocuments
from documents.kinds import Shown as ShownDocument
from documents.models import DocumentVersion
from scripts_app import segments
from scripts_app.blocks import blocks
from scripts_app.errors import ScriptError
from scripts_app.models import Script, ScriptVersion
from scripts_app.offline.timing import rules_of
from scripts_app.purpose import PURPOSE
from scripts_app.schema import ScriptContent, ScriptRequest, timing_problems


@dataclass(frozen=True, slots=True)
class Shown(ShownDocument[Script, ScriptContent, ScriptRequest]):
    """A script with one of its versions."""

    @property
    def script(self) -> Script:
        return self.document

    @property
    def words_per_min(self) -> float:
        """The speaking rate the script was written for."""
        return rules_of(self.request).words_per_min if self.request else 0.0

    @property
    def warnings(self) -> list[str]:
        """What may go wrong on set."""
        return segments.warnings(self.content, self.words_per_min) if self.content else []


@dataclass(frozen=True, slots=True)
class Made(MadeDocuments[Script]):
    """The variations in order, and the jobs that still work on some of them."""

    @property
    def scripts(self) -> list[Script]:
        return self.documents


class ScriptType(DocumentType[Script, Shown, Made]):
    """Scripts: rows follow each other from 0 without gaps or overlaps; their end is the script's duration."""

    name = "script"
    model, version_model, shown, made = Script, ScriptVersion, Shown, Made
    content, request = ScriptContent, ScriptRequest
    errors = ScriptError
    purpose = PURPOSE
    sections = {"segments": "Segments", "music": "Music", "notes": "Notes"}
    formats = ("md", "pdf", "docx")
    related = ("video", "strategy")

    def request_for(self, actor: Actor, document: Script) -> ScriptRequest:
        return ScriptRequest.model_validate(document.inputs)

    def blocks(self, shown: Shown) -> list[Block]:
        assert shown.content is not None
        assert shown.version is not None
        platform, version = shown.script.platform, shown.version.number
        return blocks(shown.content, platform=platform, offline=shown.offline, version=version)

    def search_words(self, document: Script) -> Iterable[str]:
        return [document.concept, document.platform]

    def columns(self, content: ScriptContent) -> dict[str, Any]:
        return {"duration_s": content.duration}

    def check(self, content: ScriptContent, former: DocumentVersion) -> None:
        """Name the rows whose times do not fit (`segments.2`)."""
        wrong = timing_problems(content.segments)
        if wrong:
            by_row: dict[str, list[str]] = {}
            for index, sentence in wrong:
                by_row.setdefault(f"segments.{index}", []).append(sentence)
            raise ValidationFailed(ScriptError.CONTENT_INVALID, wrong[0][1], fields=by_row)

    def edit_note(self, changed: Iterable[str]) -> str:
        return ", ".join(sorted(changed))


SCRIPT = ScriptType()
