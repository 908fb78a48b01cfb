r"""Texts on the picture as an ASS file, one for each output.

Text never enters a filter string: it is written to a file that libass reads. Inside that file it is literal as well:
`{` and `}` are escaped, and a backslash is followed by a word joiner (U+2060), so that no `\N` or `{\b1}` of a user is
ever an instruction. Lines are broken here, with the widths of the shipped fonts, so that a text is laid out the same
on every machine and always lies inside the safe area; a text that would be too tall is set smaller.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from editing import fonts
from editing.formats import safe_area
from editing.plan import EditPlan, Output, Overlay

_BREAKS: Final = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_PADDING_RATIO: Final = 0.34  # of the font size, around the text inside its box
_GAP_RATIO: Final = 0.25
_FADE_MS: Final = 90
_SMALLEST_RATIO: Final = 0.028  # of the frame's shorter side
_TALLEST_RATIO: Final = 0.5  # of the safe area's height that one text may take
_CURVE: Final = 0.5523  # control point of a cubic that follows a quarter circle
_HEAD: Final = """\
[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 2
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, Bold, BorderStyle, Outline, Shadow, Alignment
Style: Text,Inter,60,&H00FFFFFF,&H00000000,-1,1,0,0,5

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A text set in lines: `size` in pixels of the output, `width` and `height` with its padding."""

    lines: tuple[str, ...]
    size: float
    width: float
    height: float


def clean(text: str) -> str:
    """A text as it can be drawn: known breaks as newlines, no control characters, no characters without a glyph."""
    face = fonts.text_face("bold")
    lines = []
    for line in _BREAKS.split(text):
        drawn = [
            character
            for character in line.replace("\t", " ")
            if character.isprintable() or fonts.is_invisible(character)
            if fonts.is_invisible(character) or fonts.choose(character, face) is not None
        ]
        lines.append(" ".join("".join(drawn).split()))
    return "\n".join(lines).strip("\n")


def ass_document(plan: EditPlan, output: Output) -> str:
    """The ASS file of one output; its coordinates are the output's pixels."""
    head = _HEAD.format(width=output.width, height=output.height)
    return head + "\n".join([*_events(plan, output), ""])


@dataclass(frozen=True, slots=True)
class Placement:
    """A text where it stands in an output: its block, centred at (`x`, `y`) in pixels, until `end_s`."""

    overlay: Overlay
    block: Block
    x: float
    y: float
    end_s: float


def placements(plan: EditPlan, output: Output) -> list[Placement]:
    """Every text of an output that is seen in it, in the order of their times."""
    area = safe_area(output.aspect, output.platform)
    top, bottom = area.top * output.height, (1 - area.bottom) * output.height
    limit = plan.length_of(output)
    placed: list[Placement] = []
    for overlay in sorted(plan.overlays, key=lambda item: (item.start_s, item.end_s)):
        block = lay_out(overlay, output)
        if overlay.start_s >= limit or not block.lines:
            continue
        # Texts that share a place at the same time are stacked.
        taken = sum(
            other.block.height + _GAP_RATIO * block.size
            for other in placed
            if other.overlay.position == overlay.position and other.end_s > overlay.start_s
        )
        if overlay.position == "top":
            y = top + taken + block.height / 2
        elif overlay.position == "bottom":
            y = bottom - taken - block.height / 2
        else:
            y = (top + bottom) / 2 + taken
        placed.append(Placement(overlay, block, output.width / 2, y, min(overlay.end_s, limit)))
    return placed


def _events(plan: EditPlan, output: Output) -> Iterator[str]:
    for place in placements(plan, output):
        yield from _draw(place)


def lay_out(overlay: Overlay, output: Output) -> Block:
    """Set a text in lines that fit the output's safe area, smaller where it has to be."""
    area = safe_area(output.aspect, output.platform)
    # Centred on the frame: the wider margin counts on both sides.
    room = output.width * (1 - 2 * max(area.left, area.right))
    tallest = output.height * (1 - area.top - area.bottom) * _TALLEST_RATIO
    short_side = min(output.width, output.height)
    face = fonts.text_face(overlay.style.weight)
    text = clean(overlay.text)
    size = overlay.style.size_ratio * short_side
    while True:
        padding = _PADDING_RATIO * size
        lines = _wrap(text, face, (room - 2 * padding) / size)
        height = len(lines) * size + 2 * padding * 0.6
        if height <= tallest or size <= _SMALLEST_RATIO * short_side:
            width = max((_width(line, face) for line in lines), default=0.0) * size + 2 * padding
            return Block(tuple(lines), size, width, height)
        size *= 0.93


def _wrap(text: str, face: fonts.Face, room: float) -> list[str]:
    """Break a text into lines no wider than `room` (in font sizes), of about equal length."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        greedy = _fill(paragraph, face, room)
        if len(greedy) > 1:
            # The narrowest width that needs no more lines spreads the words evenly.
            low, high = 0.0, room
            for _ in range(12):
                middle = (low + high) / 2
                if len(_fill(paragraph, face, middle)) > len(greedy):
                    low = middle
                else:
                    high = middle
            greedy = _fill(paragraph, face, high)
        lines += greedy
    return lines if any(lines) else []


def _fill(paragraph: str, face: fonts.Face, room: float) -> list[str]:
    lines: list[str] = [""]
    for word in paragraph.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(joined, face) <= room:
            lines[-1] = joined
            continue
        pieces = _pieces(word, face, room)
        lines = [*lines, *pieces] if lines[-1] else pieces
    return lines


def _pieces(word: str, face: fonts.Face, room: float) -> list[str]:
    """A word that is wider than a line, in pieces that are not."""
    pieces = [""]
    for character in word:
        if pieces[-1] and _width(pieces[-1] + character, face) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _width(text: str, face: fonts.Face) -> float:
    return sum((fonts.choose(character, face) or face).width(character) for character in text)


def _draw(place: Placement) -> Iterator[str]:
    overlay, block, x, y, end_s = place.overlay, place.block, place.x, place.y, place.end_s
    style = overlay.style
    times = f"{_time(overlay.start_s)},{_time(end_s)}"
    fade = rf"\fad({_FADE_MS},{_FADE_MS})" if end_s - overlay.start_s > 0.6 else ""
    face = fonts.text_face(style.weight)
    if style.background == "box":
        alpha = f"&H{round(255 * (1 - style.background_opacity)):02X}&"
        shape = _rounded(block.width, block.height, 0.28 * block.size)
        yield (
            f"Dialogue: 0,{times},Text,,0,0,0,,"
            rf"{{\an7\pos({x - block.width / 2:.1f},{y - block.height / 2:.1f}){fade}\bord0\shad0"
            rf"\1c{_colour(style.background_colour)}\1a{alpha}\p1}}{shape}"
        )
    border = 0.0 if style.background == "box" else 0.075 * block.size
    lines = r"\N".join(_literal(line, face) for line in block.lines)
    yield (
        f"Dialogue: 1,{times},Text,,0,0,0,,"
        rf"{{\an5\pos({x:.1f},{y:.1f}){fade}\fs{block.size:.1f}\bord{border:.1f}\shad0"
        rf"\1c{_colour(style.colour)}\3c{_colour(style.background_colour)}\fn{face.name}\b{int(face.name == 'Inter')}}}"
        f"{lines}"
    )


def _literal(line: str, face: fonts.Face) -> str:
    """A line with nothing in it that libass would obey; characters of the emoji font switch to it and back."""
    parts: list[str] = []
    current = face
    for character in line:
        chosen = current if fonts.is_invisible(character) else fonts.choose(character, face) or face
        if chosen is not current:
            parts.append(rf"{{\fn{chosen.name}}}")
            current = chosen
        parts.append(_escape(character))
    if current is not face:
        parts.append(rf"{{\fn{face.name}}}")
    return "".join(parts)


def _escape(character: str) -> str:
    if character == "\\":
        return "\\\u2060"
    return "\\" + character if character in "{}" else character


def _rounded(width: float, height: float, radius: float) -> str:
    """A rectangle with round corners as an ASS drawing."""
    r = min(radius, width / 2, height / 2)
    k = r * (1 - _CURVE)
    w, h = width, height
    return (
        f"m {r:.1f} 0 l {w - r:.1f} 0 b {w - k:.1f} 0 {w:.1f} {k:.1f} {w:.1f} {r:.1f} "
        f"l {w:.1f} {h - r:.1f} b {w:.1f} {h - k:.1f} {w - k:.1f} {h:.1f} {w - r:.1f} {h:.1f} "
        f"l {r:.1f} {h:.1f} b {k:.1f} {h:.1f} 0 {h - k:.1f} 0 {h - r:.1f} "
        f"l 0 {r:.1f} b 0 {k:.1f} {k:.1f} 0 {r:.1f} 0"
    )


def _colour(value: str) -> str:
    """`#RRGGBB` as ASS writes it: blue first."""
    return f"&H{value[5:7]}{value[3:5]}{value[1:3]}&".upper()


def _time(seconds: float) -> str:
    hundredths = round(seconds * 100)
    return f"{hundredths // 360000}:{hundredths // 6000 % 60:02}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"
