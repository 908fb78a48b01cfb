"""Leaf components as functions: what a page has by the hundred. Everything that comes in is escaped here."""

from datetime import UTC, datetime
from functools import cache

from django import template
from django.templatetags.static import static
from django.utils import dateformat, timezone
from django.utils.html import conditional_escape as escape

import platforms
from pages import chips


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
    weekday, month, time = f"{local:%A %B %H:%M}".split()
    if shell.time_format != "H:i":
        time = dateformat.time_format(local, shell.time_format)
    year = f" {local.year}" if str(local.year) != shell.year else ""
    zone_name = escape(shell.timezone)
    title = f"{weekday} {local.day} {month} {local.year} {time} {zone_name}"
    day = f"{weekday[:3]} {local.day} {month[:3]}"
    suffix = f" {zone_name}" if zone else ""
    stamp = at.astimezone(UTC).isoformat()
    return f'<time datetime="{stamp}" class="{escape(css_class)}" title="{title}">{day}{year}, {time}{suffix}</time>'


def stamp(context: template.Context) -> str:
    """The workspace that a form belongs to."""
    actor = getattr(context.get("request"), "actor", None)
    return f'<input type="hidden" name="_workspace" value="{actor.workspace_id}">' if actor else ""
