"""What a person chooses for a post on a platform, as form fields: drawn from its descriptor, read back as options."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

from platforms.descriptor import Field, Group

# What a row holds; each platform takes less.
_TITLE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A field on the form, and those that only mean something while it is on."""

    described: Field
    bound: forms.BoundField
    dependents: list["Entry"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Section:
    """Neighbouring fields of one group; None stands for fields of their own."""

    group: Group | None
    entries: list[Entry]


def drawn(described: Field, choices: Mapping[str, Any], label: str) -> forms.Field:
    """The form field; `choices` are the account's, as the platform `label` gives them now."""
    common: dict[str, Any] = {
        "label": described.label, "help_text": described.help, "initial": described.initial, "required": False,
    }  # fmt: skip
    if described.kind == "toggle":
        toggle = forms.BooleanField(**common)
        if choices.get(described.switched_off_by):
            toggle.disabled = True
            toggle.help_text = f"Switched off in this account's {label} settings."
        return toggle
    if described.kind in ("choice", "answer"):
        known = dict(described.choices)
        offered = [(name, known.get(name, name)) for name in choices.get(described.offered_by) or known]
        return forms.ChoiceField(
            choices=offered, widget=forms.Select if described.compact else forms.RadioSelect, **common
        )
    if described.kind == "picture":
        return forms.ChoiceField(choices=[("", described.empty)], **common)
    if described.kind == "number":
        return forms.IntegerField(min_value=0, **common)
    return forms.CharField(max_length=_TITLE_CHARS if described.name == "title" else 2_000, **common)


def shown(described: Field, value: Any) -> Any:
    """A saved option as the form shows it."""
    if described.kind == "lines":
        return ", ".join(value or [])
    if described.kind == "answer":
        return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""
    return value


def chosen(fields: Iterable[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a valid form; what was left empty is not among them."""
    found: dict[str, Any] = {}
    for described in fields:
        value = data.get(described.name)
        if described.kind == "toggle":
            found[described.name] = bool(value)
            continue
        if described.kind == "lines":
            value = [part.strip() for part in (value or "").split(",") if part.strip()]
        if value in ("", None, []) or described.name == "title":
            continue
        found[described.name] = value == "yes" if described.kind == "answer" else value
    return found


def sections(fields: Iterable[Field], form: forms.Form) -> list[Section]:
    """The fields in their order, neighbours of one group together, dependents below what they depend on."""
    found: list[Section] = []
    entries: dict[str, Entry] = {}
    for described in fields:
        entry = entries[described.name] = Entry(described, form[described.name])
        if described.depends_on:
            above = entries[described.depends_on]
            form.fields[described.depends_on].widget.attrs["data-reveals"] = True
            above.dependents.append(entry)
        elif found and found[-1].group is described.group:
            found[-1].entries.append(entry)
        else:
            found.append(Section(described.group, [entry]))
    return found
