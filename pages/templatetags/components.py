"""Components drawn by functions: leaves without a slot, of which a page has hundreds.

Written like every component (`<c-icon name="bell" size="20" />`), but drawn in microseconds where a template of its own
takes a tenth of a millisecond.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, Parser, Token, render_value_in_context
from django.templatetags.static import static
from django.utils import dateformat, timezone
from django.utils.html import conditional_escape as escape
from django.utils.safestring import SafeString, mark_safe
from django_cotton.tag_parser import parse_component_tag
from django_cotton.templatetags import compile_inline_template, snapshot_parser_library, strip_quotes_with_status
from django_cotton.templatetags._component import cotton_component

import platforms
from pages import chips

register = template.Library()
_ONE_EXPRESSION = re.compile(r"\{\{((?:(?!\}\}|\{%).)+)\}\}\Z", re.DOTALL)


@cache
def _sprite() -> str:
    return static("icons.svg")


def icon(name: str = "", size: str = "20", label: str = "", css_class: str = "") -> str:
    """A picture of the sprite; without a label it is decoration. The line break sets it apart from words in a line."""
    name, size, css_class = escape(name), escape(size), escape(css_class)
    role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return (
        f'<svg class="shrink-0 {css_class}" width="{size}" height="{size}" fill="none" stroke="currentColor" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {role} focusable="false">'
        f'<use href="{_sprite()}#{name}"></use></svg>\n'
    )


def status_chip(state: str = "", label: str = "", css_class: str = "") -> str:
    """A state as a word with an icon."""
    look = chips.chip(str(state))
    drawn = icon(look.icon, "14", css_class="spin" if look.icon == chips.WORKING else "")
    words = escape(label or look.label)
    return f'<span class="chip tone-{look.tone} {escape(css_class)}" data-state="{escape(state)}">{drawn}{words}</span>'


def platform_icon(platform: str = "", size: str = "24", label: str = "", css_class: str = "") -> str:
    """A platform's glyph on its plate. `label`: `none` beside its name, else what to say instead of the name."""
    size = escape(size)
    known = platforms.CONNECTORS.get(str(platform))
    plate = ' data-plate="black"' if known is not None and known.dark else ""
    named = escape(label or platforms.label(str(platform)))
    role = 'aria-hidden="true"' if label == "none" else f'role="img" aria-label="{named}"'
    return (
        f'<svg class="platform-icon {escape(css_class)}" width="{size}" height="{size}" viewBox="0 0 24 24"{plate} '
        f'{role} focusable="false"><use href="{_sprite()}#p-{escape(platform)}"></use></svg>\n'
    )


def platform_chip(platform: str = "", text: str = "", css_class: str = "") -> str:
    """A platform's glyph beside its name, or beside an account's."""
    drawn = platform_icon(platform, "20", "none")
    words = escape(text or platforms.label(str(platform)))
    return f'<span class="inline-flex min-h-6 items-center gap-1.5 text-sm {escape(css_class)}">{drawn}{words}</span>'


def when(context: template.Context, at: datetime | None = None, zone: bool = False, css_class: str = "") -> str:
    """An instant in the person's own zone, with the year when it is not the present one."""
    if not at:
        return '<span class="text-muted">—</span>'
    shell = context["shell"]
    local = timezone.localtime(at)
    time = f"{local:%H:%M}" if shell.time_format == "H:i" else dateformat.time_format(local, shell.time_format)
    year = f" {local.year}" if str(local.year) != shell.year else ""
    title = f"{local:%A} {local.day} {local:%B} {local.year} {time} {escape(shell.timezone)}"
    day = f"{local:%a} {local.day} {local:%b}"
    suffix = f" {escape(shell.timezone)}" if zone else ""
    stamp = at.astimezone(UTC).isoformat()
    return f'<time datetime="{stamp}" class="{escape(css_class)}" title="{title}">{day}{year}, {time}{suffix}</time>'


def stamp(context: template.Context) -> str:
    """The workspace that a form belongs to."""
    actor = getattr(context.get("request"), "actor", None)
    return f'<input type="hidden" name="_workspace" value="{actor.workspace_id}">' if actor else ""


# Those that say the same for the same attributes, and those that ask the page around them.
PLAIN: Mapping[str, Callable[..., str]] = {
    "icon": icon, "status-chip": status_chip, "platform-icon": platform_icon, "platform-chip": platform_chip,
}  # fmt: skip
ASKING: Mapping[str, Callable[..., str]] = {"when": when, "stamp": stamp}


_Value = Callable[[template.Context], Any]


class DrawnNode(Node):
    """A component with the values of its attributes."""

    def __init__(self, draw: Callable[..., str], asks: bool, given: Mapping[str, str | _Value]) -> None:
        self.draw, self.asks = draw, asks
        self.fixed = {name: value for name, value in given.items() if isinstance(value, str)}
        self.open = {name: value for name, value in given.items() if not isinstance(value, str)}
        self.drawn: SafeString | None = None

    def render(self, context: template.Context) -> SafeString:
        if self.drawn is not None:
            return self.drawn
        values = {**self.fixed, **{name: value(context) for name, value in self.open.items()}}
        drawn = mark_safe(self.draw(context, **values) if self.asks else self.draw(**values))  # noqa: S308 # escaped there
        if not self.asks and not self.open:
            self.drawn = drawn
        return drawn


def _text(expression: FilterExpression) -> _Value:
    return lambda context: render_value_in_context(expression.resolve(context), context)


def _value(parser: Parser, name: str, raw: Any) -> str | _Value:
    """What an attribute stands for: `:name` an expression, `{{ }}` text with values, else the text itself."""
    text, _ = strip_quotes_with_status(raw)
    if name.startswith(":"):
        return FilterExpression(text, parser).resolve
    if "{{" not in text and "{%" not in text:
        return str(text)
    whole = _ONE_EXPRESSION.match(text)
    if whole:
        return _text(parser.compile_filter(whole.group(1).strip()))
    return compile_inline_template(text, snapshot_parser_library(parser)).render


@register.tag("cotton")
def component(parser: Parser, token: Token) -> Node:
    """A component: drawn by its function, or by its template."""
    asked = parse_component_tag(token.contents)
    draw = PLAIN.get(asked.name) or ASKING.get(asked.name)
    if draw is None:
        return cotton_component(parser, token)
    parser.parse(("endcotton",))
    parser.delete_first_token()
    given = {}
    for name, raw in asked.attrs.items():
        key = name.lstrip(":")
        given["css_class" if key == "class" else key] = _value(parser, name, raw)
    return DrawnNode(draw, asked.name in ASKING, given)
