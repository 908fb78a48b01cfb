"""What one account of a post gets, or got: text, title, options, cover and files, as they were frozen for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from media.formatting import duration_words, size_words
from platforms import PLATFORMS
from platforms.descriptor import Field
from publishing.models import Attempt, Delivery, PostTarget
from publishing.platforms import file_rules
from publishing.platforms.base import MediaSpec, Spec
from publishing.platforms.registry import adapter_for
from publishing.schedule import specs
from publishing.states import EDITABLE, TargetState

# Options that are told by other words than a form's field has.
_OWN_WORDS = frozenset({"thumbnail_file_id", "cover_ms"})


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes out: its name, `0:42 · 12.4 MB · 1080×1920`, and what was converted (empty: nothing)."""

    name: str
    facts: str
    converted: str


@dataclass(frozen=True, slots=True)
class Share:
    """One account's share in words. `sent`: it was handed over as it stands here; else it is what would go out."""

    sent: bool
    text: str
    title: str
    options: Sequence[tuple[str, str]]
    cover: str
    files: Sequence[File]

    @property
    def heading(self) -> str:
        return "What this account got" if self.sent else "What this account gets"


def share_of(target: PostTarget, attempts: Iterable[Attempt], deliveries: Iterable[Delivery]) -> Share:
    """The share of a target. What has been frozen is read from there, whatever became of the draft since."""
    frozen = bool(target.spec) and target.state not in EDITABLE
    spec = specs.thaw(target.platform, target.spec) if frozen else specs.build(target)
    sent = target.committed or target.state in (TargetState.PUBLISHED, TargetState.IN_INBOX)
    copies = {row.source_id: row for row in deliveries if row.recipe_key and row.file is not None}
    said = {row.media.file_id: f"Will be converted to {row.words}." for row in _conversions(target, spec)}
    said |= {str(key): _copied(row) for key, row in copies.items()}
    # The copy itself is kept for some days only, its receipt for a year.
    receipts = [row.sentence for row in attempts if row.step == "convert"]
    return Share(
        sent=sent,
        text=spec.text,
        title=spec.title,
        options=_options(target, spec),
        cover=_cover(spec),
        files=[_file(item, said, receipts) for item in spec.media],
    )


def _conversions(target: PostTarget, spec: Spec) -> Sequence[file_rules.Conversion]:
    """What is still to be made of the files on their way."""
    if target.state not in EDITABLE:
        return ()
    return file_rules.plan(spec, adapter_for(target.platform, target.account.via).accepts)


def _copied(row: Delivery) -> str:
    assert row.file is not None
    return f"{row.sentence} {size_words(row.file.size_bytes)} went out."


def _options(target: PostTarget, spec: Spec) -> list[tuple[str, str]]:
    """The chosen options by the words of the form that asks for them."""
    described = {item.name: item for item in PLATFORMS[target.platform].fields if item.on_form}
    found = []
    for name, value in spec.options.items():
        if name in described and name not in _OWN_WORDS and (words := _words(described[name], value)):
            found.append((described[name].label, words))
    return found


def _words(described: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return dict(described.choices).get(str(value), str(value))


def _cover(spec: Spec) -> str:
    if spec.thumbnail is not None:
        return spec.thumbnail.name or "A picture of the media library"
    if spec.options.get("cover_ms") is not None:
        return f"The picture at {duration_words(int(spec.options['cover_ms']) / 1000)}"
    return ""


def _file(item: MediaSpec, said: Mapping[str, str], receipts: Sequence[str]) -> File:
    name = item.name or ("Video" if item.is_video else "Picture")
    shape = f"{item.width}×{item.height}" if item.width and item.height else ""
    length = duration_words(item.duration_s) if item.duration_s else ""
    facts = " · ".join(part for part in (length, size_words(item.size_bytes), shape) if part)
    receipt = next((one for one in receipts if one.startswith(f"“{name}” ")), "")
    return File(name, facts, said.get(item.file_id) or receipt)
