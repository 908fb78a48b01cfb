"""What the pages of edits show: frames with their safe areas, results with their addresses, the edit as a table."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from editing.captions import placements
from editing.formats import safe_area
from editing.models import Edit, Rendition
from editing.plan import EditPlan, Output
from media.formatting import size_words
from media.signed_urls import signed_path
from pages.forms.edits import ASPECT_WORDS
from pages.workflow_steps import steps_of
from platforms import PLATFORMS
from platforms.descriptor import SafeArea


@dataclass(frozen=True, slots=True)
class Zone:
    """A rectangle of the frame, in its pixels."""

    x: float
    y: float
    width: float
    height: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """An output as a drawing: its size, what the platform covers, where the texts stand."""

    output: Output
    label: str
    covered: tuple[Zone, ...]
    texts: tuple[Zone, ...]
    seconds: float
    rendition: Rendition | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class RenderResult:
    """A rendition with its addresses."""

    rendition: Rendition
    label: str
    url: str
    download: str
    size: str
    post_url: str


def frames(edit: Edit, plan: EditPlan) -> list[Frame]:
    previews = {row.key: row for row in edit.renditions.all() if row.purpose == Rendition.Purpose.PREVIEW}
    return [_frame(plan, output, previews.get(output.key), edit.plan_version) for output in plan.outputs]


def _frame(plan: EditPlan, output: Output, rendition: Rendition | None, plan_version: int) -> Frame:
    width, height = output.width, output.height
    texts: dict[str, Zone] = {}
    for place in placements(plan, output):
        block = place.block
        zone = Zone(
            place.x - block.width / 2, place.y - block.height / 2, block.width, block.height, " ".join(block.lines)
        )
        texts.setdefault(place.overlay.position, zone)
    shown = rendition if rendition and rendition.media and rendition.plan_version == plan_version else None
    return Frame(
        output=output,
        label=label(output.aspect, output.platform or ""),
        covered=_covered(safe_area(output.aspect, output.platform), width, height),
        texts=tuple(texts.values()),
        seconds=plan.length_of(output),
        rendition=rendition,
        url=signed_path(shown.media) if shown and shown.media else "",
    )


def _covered(area: SafeArea, width: int, height: int) -> tuple[Zone, ...]:
    """The margins as rectangles that do not overlap."""
    top, bottom = area.top * height, area.bottom * height
    middle = height - top - bottom
    return (
        Zone(0, 0, width, top),
        Zone(0, height - bottom, width, bottom),
        Zone(0, top, area.left * width, middle),
        Zone(width - area.right * width, top, area.right * width, middle),
    )


def rows(plan: EditPlan) -> list[dict[str, Any]]:
    """The parts of the edit as a table: when, what of the source, which text."""
    rows, begin = [], 0.0
    for part in plan.parts:
        end = begin + part.duration_s
        texts = [text.text for text in plan.overlays if begin - 0.02 <= text.start_s < end - 0.02]
        rows.append({"start": begin, "end": end, "part": part, "texts": texts})
        begin = end - part.transition.overlap_s
    return rows


def results(edit: Edit) -> list[RenderResult]:
    found = []
    compose = reverse("compose")
    for row in edit.renditions.all():
        if row.purpose != Rendition.Purpose.EXPORT:
            continue
        media = row.media
        found.append(
            RenderResult(
                rendition=row,
                label=label(row.aspect, row.platform),
                url=signed_path(media) if media else "",
                download=signed_path(media, download=True) if media else "",
                size=size_words(media.size_bytes) if media else "",
                post_url=f"{compose}?rendition={row.pk}" if media else "",
            )
        )
    return found


def label(aspect: str, platform: str) -> str:
    shape = f"{ASPECT_WORDS.get(aspect, '')} {aspect}".strip()
    return f"{PLATFORMS[platform].label}, {shape.lower()}" if platform in PLATFORMS else shape


def links(edit: Edit) -> dict[str, str]:
    """Where the edit came from."""
    links = steps_of(edit.video)
    if edit.script_id:
        links["script"] = reverse("script_detail", args=[edit.script_id])
    return links


def poster(edit: Edit) -> str:
    return signed_path(edit.video.poster) if edit.video and edit.video.poster else ""


def ready(edit: Edit) -> tuple[int, int]:
    exports = [row for row in edit.renditions.all() if row.purpose == Rendition.Purpose.EXPORT]
    return sum(row.state == Rendition.State.DONE for row in exports), len(exports)
