"""The difference of two values of a pattern, as a person would say it. Pure."""

from patterns.levels import scale, shown

Known = tuple[float, str] | None

# Type → (format of the number, word when it is more, word when it is less).
_WORDS: dict[str, tuple[str, str, str]] = {
    "hook_timing": ("{:.1f} s", "later", "earlier"),
    "first_text": ("{:.1f} s", "later", "earlier"),
    "cut_frequency": ("{:.0f}", "more cuts/min", "fewer cuts/min"),
    "shot_length": ("{:.1f} s", "longer shots", "shorter shots"),
    "loudness": ("{:.1f} LU", "louder", "quieter"),
    "speech_rate": ("{:.1f}", "more syllables/s", "fewer syllables/s"),
    "duration": ("{:.1f} s", "longer", "shorter"),
}
# Shares are compared in points: 20 % against 50 % is 30 points, not 150 %.
_POINTS: dict[str, tuple[str, str]] = {
    "hook_motion": ("more motion", "less motion"),
    "motion": ("more motion", "less motion"),
    "overlay_density": ("more text", "less text"),
    "silence": ("more silence", "less silence"),
    "speech": ("more speech", "less speech"),
    "music": ("more music", "less music"),
}
# Level of a video without it → what both are, the other alone, the first alone.
_ABSENT = (
    ("no_cut", "Neither cuts", "Never cuts", "Cuts; the first does not"),
    ("no_text", "Neither shows text", "Shows no text", "Shows text; the first does not"),
)
# Below this share of what people notice, two values are the same.
_SAME = 0.1


def in_words(type: str, first: Known, other: Known) -> str:
    """The other video against the first: “12 more cuts/min”, “0.8 s earlier”, “Question instead of Montage”."""
    if first is None or other is None:
        return "Not known"
    if not scale(type).ordered:
        return "The same" if first[1] == other[1] else f"{shown(type, *other)} instead of {shown(type, *first)}"
    for level, both, only_other, only_first in _ABSENT:
        if level in (first[1], other[1]):
            return both if first[1] == other[1] else only_other if other[1] == level else only_first
    change = other[0] - first[0]
    if abs(change) < _SAME * scale(type).spread and first[1] == other[1]:
        return "About the same"
    if type == "aspect":
        return f"{shown(type, *other)} instead of {shown(type, *first)}"
    if type in _POINTS:
        return f"{100 * abs(change):.0f} points {_POINTS[type][change < 0]}"
    if type in _WORDS:
        form, more, less = _WORDS[type]
        return f"{form.format(abs(change))} {more if change > 0 else less}"
    return f"{shown(type, abs(change), '')} {'more' if change > 0 else 'less'}"
