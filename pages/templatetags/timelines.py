"""The marks of a timeline as SVG. A clip has hundreds of them, so that each is drawn by a line of code."""

from collections.abc import Sequence

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from media.models import MediaFile
from pages.videos.filmstrip import Frame
from pages.videos.timeline import TimelineRow

register = template.Library()


@register.simple_tag
def row_marks(row: TimelineRow, height: int) -> SafeString:
    """Segments and cuts of one row of the timeline."""
    drawn = []
    for one in row.segments:
        y, tall = (28, 8) if one.kind == "Transition" else (4, 32)
        drawn.append(
            f'<rect class="{escape(one.mark)}" x="{one.x}" y="{y}" width="{one.width}" height="{tall}" '
            f'vector-effect="non-scaling-stroke" data-segment="{escape(one.id)}" '
            f'data-start="{one.start_s:.3f}" data-end="{one.end_s:.3f}" />'
        )
    drawn += [
        f'<line class="mark-cut" x1="{cut}" x2="{cut}" y1="0" y2="{height}" vector-effect="non-scaling-stroke" />'
        for cut in row.cuts_ms
    ]
    return mark_safe("".join(drawn))  # noqa: S308 # escaped above


@register.simple_tag
def film_frames(frames: Sequence[Frame], url: str, sprite: MediaFile) -> SafeString:
    """Pictures of the sprite, side by side."""
    image = f'<image href="{escape(url)}" width="{sprite.width}" height="{sprite.height}" /></svg>'
    drawn = (
        f'<svg x="{frame.left_pct}%" width="{frame.share_pct}%" height="56" '
        f'viewBox="{frame.x} {frame.y} {frame.width} {frame.height}" preserveAspectRatio="xMidYMid slice">{image}'
        for frame in frames
    )
    return mark_safe("".join(drawn))  # noqa: S308 # numbers, and an address escaped above
