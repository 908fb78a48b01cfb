"""A form's field as a component: label, control, help, count and errors. The composer has dozens of them."""

from typing import Any

from django.forms import BoundField
from django.utils.html import conditional_escape as escape

from pages.leaf_components import icon
from pages.templatetags.ui import is_kind, widget

_SHOW = (
    '<button type="button" class="btn btn-secondary js-only h-11 min-w-16" x-on:click="toggle" '
    'x-bind:aria-pressed="shown" aria-label="Show password" x-text="word">Show</button>'
)


def field(
    field: BoundField, counter: str = "", limit: Any = "", label: str = "", help: str = "", hide_label: bool = False,
    optional: bool = True, autofocus: bool = False, css_class: str = "", extra: str = "",
) -> str:  # fmt: skip
    """`counter`: the unit in which a script counts what is typed, up to `limit`. `extra`: classes of the control."""
    if is_kind(field, "hidden"):
        return str(field)
    css_class, said = escape(css_class), escape(label or field.label)
    helped, errors = _help(field, help), field_errors(field)
    if is_kind(field, "group"):
        return _group(field, css_class, _label("legend", "field-label mb-1", field, said, hide_label, optional), helped)
    control: str = widget(field, counter, extra, autofocus, help)
    if is_kind(field, "checkbox"):
        named = f'<label class="text-sm font-medium" for="{field.id_for_label}">{said}</label>'
        return (
            f'<div class="field {css_class}"><div class="field-check">{control}<div>{named}\n{helped}</div></div>'
            f"{errors}</div>"
        )
    data = ""
    if counter:
        most = escape(limit or field.field.max_length)  # type: ignore[attr-defined]
        data = f' x-data="counter" data-unit="{escape(counter)}" data-limit="{most}"'
    elif is_kind(field, "password"):
        data = ' x-data="password"'
    if is_kind(field, "password"):
        control = f'<div class="flex gap-2">{control}{_SHOW}</div>'
    below = f"{helped}{_counter(field) if counter else ''}"
    if below:
        below = f'<div class="flex flex-wrap items-start justify-between gap-x-4">{below}</div>'
    named = _label("label", "field-label", field, said, hide_label, optional)
    return f'<div class="field {css_class}"{data}>{named}{control}{below}{errors}</div>'


def field_errors(field: BoundField) -> str:
    """What is wrong with a field, a sentence a line."""
    found = field.errors
    if not found:
        return ""
    sentences = (f'<p class="field-error">{icon("circle-alert", "16")}{escape(str(error))}</p>' for error in found)
    return f'<div id="{field.auto_id}_error">{"".join(sentences)}</div>'


def _label(tag: str, css_class: str, field: BoundField, said: str, hide: bool, optional: bool) -> str:
    target = f' for="{field.id_for_label}"' if tag == "label" else ""
    hidden = " sr-only" if hide else ""
    note = ' <span class="field-optional">(optional)</span>' if optional and not field.field.required else ""
    return f'<{tag} class="{css_class}{hidden}"{target}>{said}{note}</{tag}>\n'


def _help(field: BoundField, instead: str) -> str:
    # A field's own help is ours and may hold links.
    words = escape(instead) if instead else field.help_text
    return f'<div class="field-help" id="{field.auto_id}_helptext">{words}</div>' if words else ""


def _counter(field: BoundField) -> str:
    warning = f'<span class="contents" x-show="warned" x-cloak>{icon("triangle-alert", "14")}</span>'
    return (
        f'<span class="counter js-only ml-auto " x-bind:data-level="level">{warning}'
        f'<span id="{field.auto_id}_counter" x-text="text"></span></span>'
        '<span class="sr-only" aria-live="polite" x-text="spoken"></span>'
    )


def _group(field: BoundField, css_class: str, legend: str, helped: str) -> str:
    described = ""
    if field.errors:
        described = f' aria-invalid="true" aria-describedby="{field.auto_id}_error"'
    elif field.help_text:
        described = f' aria-describedby="{field.auto_id}_helptext"'
    choices: Any = field
    drawn = "".join(
        f'<label class="chip-choice" for="{choice.id_for_label}">{choice.tag()}{escape(choice.choice_label)}</label>'
        for choice in choices
    )
    return (
        f'<fieldset class="field {css_class}" id="{field.auto_id}"{described}>{legend}{helped}'
        f'<div class="flex flex-wrap gap-2">{drawn}</div>{field_errors(field)}</fieldset>'
    )
