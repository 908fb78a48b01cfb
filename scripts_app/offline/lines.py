"""What is said, shown and written in each part: sentence patterns around the concept and its points."""

import re
from dataclasses import dataclass
from typing import TypeVar

from core.formatting import counted
from platforms import PLATFORMS
from scripts_app.offline.timing import Beat, Rules
from scripts_app.schema import Role, ScriptRequest, spoken_words
from scripts_app.segments import words_that_fit

T = TypeVar("T")
_MOST_OVERLAY_WORDS = 7
_MOST_OPENING_WORDS = 12  # the opening's text may be all that says what the clip is about
_HARDLY_ANY_MUSIC = 0.1  # share of a video's length


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One segment's three columns."""

    visual: str
    audio: str
    overlay: str


# From long to short; the longest that fits the seconds is used. {c} is the concept, {p} a point, {n} its number.
_HOOKS: tuple[tuple[str, ...], ...] = (
    ("{c}: here is what most people skip, and why it matters to you.", "{c}: do not skip this.", "{c}."),
    ("{c}: give me {s} seconds for one honest answer.", "{c}, in {s} seconds.", "{c}."),
    ("Stop for a moment: this is about {l}, and it is simpler than it looks.", "Stop: {l}.", "{c}."),
)
# For an opening that is too short to say the concept: the text on screen says it.
_SHORT_HOOKS = ("Watch this.", "Look.")
# Without points only the creator knows the facts: the direction says what to tell, and how many words fit.
_SETUP = "[Say in up to {w} words who this is for and what goes wrong without it.]"
_SHORT_SETUP = "[Show who this is for.]"
_POINT = "{o}: [say this step in up to {w} words, then show it with your own hands.]"
_SHORT_POINT = "{o}: [show this step, name it in up to {w} words.]"
_SENTENCE_WORDS = 8
_GIVEN = ("{o}: {p}.", "{p}.", "{p}")
_PROOFS = (
    "And this is how it looks when it is done. [Show your own result.]",
    "This is the result. [Show your own.]",
    "[Show your own result.]",
)
_ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh")
_SHOTS: dict[Role, tuple[str, ...]] = {
    Role.HOOK: (
        "Close-up of what this is about, moving into the frame",
        "The finished result first, filling the frame",
        "Face to camera, one step closer than usual, what this is about in hand",
    ),
    Role.SETUP: ("Medium shot, face to camera, the place in view", "The problem itself, filmed plainly"),
    Role.POINT: (
        "Close-up of hands doing it: {d}",
        "Over the shoulder: {d}",
        "Detail, from the side: {d}",
        "Medium shot while it happens: {d}",
    ),
    Role.PROOF: ("Before and after from the same place", "The result, held still"),
    Role.CTA: (
        "Face to camera, still, room for the text above",
        "The hook's last picture again, so that it loops",
    ),
}


def without_music(request: ScriptRequest) -> bool:
    """Whether the measured videos do without music; then the script does, too."""
    return any(fact.type == "music" and fact.value < _HARDLY_ANY_MUSIC for fact in request.patterns)


def _concept(request: ScriptRequest) -> str:
    return request.concept.rstrip(" .!…")


def _lower(text: str) -> str:
    head = text.split(" ", 1)[0]
    return text if head.isupper() or any(char.isupper() for char in head[1:]) else text[:1].lower() + text[1:]


def budget(beat: Beat, rules: Rules) -> int:
    """Spoken words that fit a part, with half a second of air."""
    return max(1, int(max(0.5, beat.seconds - 0.5) * rules.words_per_min / 60))


def _fitting(options: tuple[str, ...], words: int, **fill: str) -> str:
    lines = [_tidy(option.format(**fill)) for option in options]
    return next((line for line in lines if spoken_words(line) <= words), lines[-1])


def _tidy(line: str) -> str:
    line = re.sub(r"([?!.])\.", r"\1", line)
    return line[:1].upper() + line[1:]


def _overlay(text: str, most: int = _MOST_OVERLAY_WORDS) -> str:
    words = text.rstrip(" .").split()
    return " ".join(words[:most]) + ("…" if len(words) > most else "")


def _turn(options: tuple[T, ...], by: int) -> tuple[T, ...]:
    return options[by % len(options) :] + options[: by % len(options)]


def write_lines(request: ScriptRequest, beats: list[Beat], rules: Rules) -> list[ScriptLine]:
    """One line for each beat; variations start from other patterns."""
    return [_line(request, beat, rules, index) for index, beat in enumerate(beats)]


def _line(request: ScriptRequest, beat: Beat, rules: Rules, index: int) -> ScriptLine:
    concept = _concept(request)
    point = request.points[beat.number - 1].rstrip(" .") if 0 < beat.number <= len(request.points) else ""
    words = budget(beat, rules)
    fill = {
        "c": concept,
        "l": _lower(concept),
        "s": f"{request.duration:.0f}",
        "p": point,
        "w": str(max(1, words - 1)),
        "n": str(beat.number),
        "o": _ORDINALS[beat.number - 1] if 0 < beat.number <= len(_ORDINALS) else f"Number {beat.number}",
        "d": point or f"step {beat.number}",
    }
    audio, overlay = _said(request, beat, rules, fill)
    shot = _turn(_SHOTS[beat.role], request.variation + index)[0].format(**fill)
    if beat.cuts:
        every = beat.seconds / (beat.cuts + 1)
        shot += f" ({counted(beat.cuts, 'picture change')}, about every {every:.1f} s)"
    return ScriptLine(visual=shot, audio=audio, overlay=overlay)


def _said(request: ScriptRequest, beat: Beat, rules: Rules, fill: dict[str, str]) -> tuple[str, str]:
    words = budget(beat, rules)
    if beat.role is Role.HOOK:
        given = _turn(tuple(request.hooks), request.variation)[:1] if request.hooks else ()
        own = (f"{given[0].rstrip(' .')}.",) if given else ()
        text = _fitting((*own, *_turn(_HOOKS, request.variation)[0]), words, **fill)
        if spoken_words(text) > words_that_fit(beat.seconds, rules.words_per_min):
            text = _fitting(_SHORT_HOOKS, words, **fill)
        return text if without_music(request) else f"[Music starts] {text}", _overlay(fill["c"], _MOST_OPENING_WORDS)
    if beat.role is Role.SETUP:
        return (_SETUP if words >= _SENTENCE_WORDS else _SHORT_SETUP).format(**fill), ""
    if beat.role is Role.POINT:
        label = f"{beat.number}/{beat.of}" if beat.of > 1 else ""
        told = _POINT if words >= _SENTENCE_WORDS else _SHORT_POINT
        text = _fitting(_GIVEN, words, **fill) if fill["p"] else told.format(**fill)
        return text, " ".join(part for part in (label, _overlay(fill["p"])) if part)
    if beat.role is Role.PROOF:
        return _fitting(_PROOFS, words, **fill), "Before / after"
    calls = PLATFORMS[request.platform].advice.calls
    return _fitting(calls, words, **fill), _overlay(calls[1])
