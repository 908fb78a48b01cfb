"""Components drawn by functions: those without a slot, of which a page has dozens or hundreds.

Written like every component (`<c-icon name="bell" size="20" />`), but drawn in microseconds where a template of its own
takes a tenth of a millisecond.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, Parser, Token, render_value_in_context
from django.utils.safestring import SafeString, mark_safe
from django_cotton.tag_parser import parse_component_tag
from django_cotton.templatetags import compile_inline_template, snapshot_parser_library, strip_quotes_with_status
from django_cotton.templatetags._component import cotton_component

from pages.leaf_components import icon, platform_chip, platform_icon, stamp, status_chip, when
from pages.templatetags.field_components import field, field_errors

register = template.Library()
_ONE_EXPRESSION = re.compile(r"\{\{((?:(?!\}\}|\{%).)+)\}\}\Z", re.DOTALL)


# Those that say the same for the same attributes, and those that ask the page around them.
PLAIN: Mapping[str, Callable[..., str]] = {
    "icon": icon, "status-chip": status_chip, "platform-icon": platform_icon, "platform-chip": platform_chip,
    "field": field, "field-errors": field_errors,
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
