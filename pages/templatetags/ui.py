"""Template vocabulary of the components: `{% load ui %}`."""

from collections.abc import Mapping, Sized
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, widgets
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

import platforms
from core import formatting, timezones
from media.formatting import size_words
from pages import chips

register = template.Library()

_CLASSES: tuple[tuple[type[widgets.Widget], str], ...] = (
    (widgets.RadioSelect, "radio"),
    (widgets.CheckboxSelectMultiple, "checkbox"),
    (widgets.CheckboxInput, "checkbox"),
    (widgets.SelectMultiple, "select h-auto"),
    (widgets.Select, "select"),
    (widgets.Textarea, "textarea"),
    (widgets.FileInput, "file-input"),
    (widgets.Input, "input"),
)


@register.filter
def platform_name(platform: object) -> str:
    """How a platform is called in front of people."""
    return platforms.label(str(platform))


@register.filter
def goal_name(goal: object) -> str:
    """How a goal is called in front of people; one of somebody's own words, without underscores."""
    return chips.GOAL_NAMES.get(str(goal), str(goal).replace("_", " ").capitalize())


@register.filter
def at_most(count: int, cap: int) -> str:
    """A count for a small badge: `7`, or `99+` when there are more than the cap."""
    return str(count) if count <= cap else f"{cap}+"


@register.filter
def problems(errors: Mapping[str, Sized]) -> int:
    """How many sentences a form's errors are: a field may have several."""
    return sum(len(each) for each in errors.values())


@register.filter
def toast_icon(level: object) -> str:
    """The icon of a message level."""
    return chips.TOAST_ICONS.get(str(level), "info")


@register.filter
def counted(count: int | None, nouns: str) -> str:
    """`1 post`, `2 posts`; a noun with an odd plural names both: `{{ n|counted:"reply,replies" }}`."""
    one, _, many = nouns.partition(",")
    return formatting.counted(count or 0, one, many)


@register.filter("words")
def in_words(name: object) -> str:
    """A name of ours in front of people: `bold_claim` becomes `Bold claim`."""
    return str(name).replace("_", " ").capitalize()


@register.filter
def noun(count: float | None, nouns: str) -> str:
    """The noun alone, beside a number that is written in its own way: `{{ n|compact }} {{ n|noun:"view" }}`."""
    one, _, many = nouns.partition(",")
    return formatting.noun(int(count) if count == 1 else 2, one, many)


@register.filter
def timecode(seconds: object, places: int = 1) -> str:
    """Media time: `3.21` becomes `0:03.2`, `3725` with 0 places `1:02:05`; an em dash for unknown."""
    if not isinstance(seconds, (int, float)):
        return "—"
    scale = 10**places
    ticks = round(abs(seconds) * scale)
    whole, part = divmod(ticks, scale)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    head = f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
    sign = "−" if seconds < 0 and ticks else ""
    return f"{sign}{head}.{part:0{places}d}" if places else f"{sign}{head}"


@register.filter
def size(size_bytes: int | str) -> str:
    """`500 MB`: what a file may weigh, as everywhere else in the product."""
    return size_words(int(size_bytes))


@register.filter
def compact(number: object) -> str:
    """A count for a tile: `12345` becomes `12.3k`; an em dash for unknown, never 0 for it."""
    if not isinstance(number, (int, float)):
        return "—"
    size = abs(number)
    for limit, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= limit:
            shown = number / limit
            return f"{shown:.1f}".removesuffix(".0") + unit if abs(shown) < 100 else f"{shown:.0f}{unit}"
    return f"{number:g}" if isinstance(number, int) else f"{number:.1f}".removesuffix(".0")


@register.filter
def initials(name: object) -> str:
    """Up to two letters for an avatar without a picture."""
    words = [word for word in str(name).replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


@register.filter
def is_kind(field: BoundField, kind: str) -> bool:
    """Whether a field is drawn as `checkbox`, `group` (radios, checkboxes), `file` or `hidden`."""
    widget = field.field.widget
    group = isinstance(widget, (widgets.RadioSelect, widgets.CheckboxSelectMultiple))
    if kind == "group":
        return group
    kinds: dict[str, type[widgets.Widget]] = {
        "checkbox": widgets.CheckboxInput,
        "file": widgets.FileInput,
        "hidden": widgets.HiddenInput,
        "password": widgets.PasswordInput,
    }
    return isinstance(widget, kinds[kind]) and not group


@register.simple_tag
def widget(
    field: BoundField, counter: str = "", extra: str = "", autofocus: bool = False, help_text: str = ""
) -> SafeString:
    """Draw a form field's control with our class, tied to its help, errors and counter."""
    drawn = field.field.widget
    attrs: dict[str, Any] = {}
    base = next((name for kind, name in _CLASSES if isinstance(drawn, kind)), "")
    attrs["class"] = " ".join(part for part in (base, drawn.attrs.get("class", ""), extra) if part)
    describers = [
        part
        for part in (
            f"{field.auto_id}_helptext" if field.help_text or help_text else "",
            f"{field.auto_id}_error" if field.errors else "",
            f"{field.auto_id}_counter" if counter else "",
        )
        if part
    ]
    if describers:
        attrs["aria-describedby"] = " ".join(describers)
    if field.errors:
        attrs["aria-invalid"] = "true"
    if autofocus:
        attrs["autofocus"] = True
    return field.as_widget(attrs=attrs)


@register.simple_tag
@cache
def zone_options() -> SafeString:
    """The time zones that a field suggests, the same for everybody."""
    return format_html_join("", '<option value="{}"></option>', ((name,) for name in timezones.choices()))


@register.filter
def page_numbers(page: "Page[Any]") -> list[int | str]:
    """The numbers of a pager with its gaps, e.g. `[1, "…", 4, 5, 6, "…", 20]`."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag(takes_context=True)
def page_url(context: template.Context, param: str, number: int) -> str:
    """The present address with another page number, all filters kept."""
    query = context["request"].GET.copy()
    query[param] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag
def flow_steps(
    here: str, links: dict[str, str] | None = None, ahead: dict[str, str] | None = None
) -> list[dict[str, str]]:
    """Where a thing stands between video and results.

    A step is done when there is something of it: `links` names the pages of what exists, step by step. `ahead` leads
    to where the next thing can be made, which is nothing done yet.
    """
    found, possible = links or {}, ahead or {}
    return [
        {
            "key": key,
            "label": label,
            "state": "current" if key == here else "done" if key in found else "todo",
            "url": "" if key == here else found.get(key) or possible.get(key, ""),
        }
        for key, label in chips.FLOW_STEPS
    ]


@register.simple_tag
def numbered_steps(labels: str, current: int | str) -> list[dict[str, object]]:
    """`"Source|Formats|Preview"` as steps, of which the `current`-th (from 1) is in hand."""
    at = int(current)
    return [
        {"number": n, "label": label, "state": "current" if n == at else "done" if n < at else "todo"}
        for n, label in enumerate(labels.split("|"), start=1)
    ]
