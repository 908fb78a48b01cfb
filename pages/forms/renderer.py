"""Draws the plain widgets of forms. A select with thirty pictures would otherwise be sixty templates."""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape as escape
from django.utils.safestring import mark_safe

_FOLDER = "django/forms/widgets/"
_INPUTS = ("input", "text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "checkbox")


def _attributes(widget: Mapping[str, Any]) -> str:
    drawn = []
    for name, value in widget["attrs"].items():
        if value is True:
            drawn.append(f" {escape(name)}")
        elif value is not False:
            drawn.append(f' {escape(name)}="{escape(value)}"')
    return "".join(drawn)


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{escape(widget["value"])}"'
    return f'<input type="{escape(widget["type"])}" name="{escape(widget["name"])}"{value}{_attributes(widget)}>\n'


def _textarea(widget: Mapping[str, Any]) -> str:
    value = escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{escape(widget["name"])}"{_attributes(widget)}>\n{value}</textarea>\n'


def _option(option: Mapping[str, Any]) -> str:
    return f'  <option value="{escape(option["value"])}"{_attributes(option)}>{escape(option["label"])}</option>\n'


def _select(widget: Mapping[str, Any]) -> str:
    drawn = [f'<select name="{escape(widget["name"])}"{_attributes(widget)}>\n']
    for group, options, _ in widget["optgroups"]:
        drawn += [f'  <optgroup label="{escape(group)}">\n'] if group else []
        drawn += map(_option, options)
        drawn += ["  </optgroup>\n"] if group else []
    return "".join([*drawn, "</select>\n"])


_DRAWN: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    **{f"{_FOLDER}{name}.html": _input for name in _INPUTS},
    f"{_FOLDER}textarea.html": _textarea,
    f"{_FOLDER}select.html": _select,
}


class Renderer(DjangoTemplates):
    """Django's own renderer, with functions for the widgets that pages have many of."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        draw = _DRAWN.get(template_name)
        return mark_safe(draw(context["widget"])) if draw else super().render(template_name, context, request)  # noqa: S308 # escaped there
