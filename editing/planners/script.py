"""Makes an edit plan from a script and the measured material, or from the material alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.formatting import counted
from editing.plan import MAX_TEXT, EditPlan, Output, PlanError, Problem, parse_plan
from editing.planners.extras import Extras
from editing.planners.fitting import SHORTEST_BEAT_S, Beat, Fitter
from editing.planners.measurements import Material, Span
from editing.planners.notes import Planned, PlanNote
from editing.planners.pauses import Condensed, condense
from platforms import PLATFORMS

_SHORTEST_EDIT_S: Final = 1.0
_SHORTEST_STRETCH_S: Final = 0.2
_BEAT_S: Final = 3.0  # length of a beat when there is no script to say so
_READING_S: Final = 0.9  # a text needs this and a third of a second per word to be read
_PER_WORD_S: Final = 0.33

_STARTS: Final = {
    "start": "it starts with the video",
    "cut": "it starts on a measured cut",
    "speech": "it starts where speech starts",
    "pause": "it starts after a dropped pause",
    "time": "nothing measured lies near its start",
}
_ENDS: Final = {
    "end": "ends with the video",
    "cut": "ends on a measured cut",
    "speech": "ends after the last word",
    "pause": "ends at a pause",
    "time": "ends by the script's time",
}


@dataclass(frozen=True, slots=True)
class ScriptSegment:
    """A segment of a script: when it is planned, in seconds of the finished video, and the text to show."""

    start_s: float
    end_s: float
    text: str = ""
    label: str = ""

    @property
    def duration_s(self) -> float:
        """How long it is planned to be."""
        return self.end_s - self.start_s


def from_script(
    *,
    source: str,
    script: Sequence[ScriptSegment],
    material: Material,
    outputs: Sequence[Output],
    duration_s: float | None = None,
    extras: Extras | None = None,
) -> Planned:
    """Show each segment of the script with the stretch of the video that suits it best.

    `duration_s` is the length asked for without intro and outro; None takes the script's. Less material than that
    makes a shorter edit, never a slower one.
    """
    if not script:
        raise PlanError([Problem("script", "The script has no segments; write one or edit without a script.")])
    if any(segment.duration_s <= 0 for segment in script):
        raise PlanError([Problem("script", "A segment of the script ends before it starts; correct its times.")])
    planned_s = sum(segment.duration_s for segment in script)
    wanted = duration_s or planned_s
    if material.duration_s < _SHORTEST_EDIT_S:
        raise PlanError([Problem("source", f"The video is too short to edit: {material.duration_s:.2f} s.")])
    if wanted < _SHORTEST_EDIT_S:
        raise PlanError([Problem("duration_s", f"An edit lasts at least {_SHORTEST_EDIT_S:g} s; ask for more.")])
    condensed = condense(material, wanted)
    length = min(wanted, condensed.duration_s)
    script = _fitting_count(script, length)
    beats = Fitter(material, condensed).fit(_durations(script, length))
    notes = [
        *_notes_on_length(wanted, planned_s, length, material),
        *_notes_on_pauses(condensed),
        *_notes_on_beats(script, beats, condensed, material),
    ]
    return _assemble(source, script, beats, condensed, outputs, extras or Extras(), notes)


def from_material(
    *,
    source: str,
    material: Material,
    outputs: Sequence[Output],
    duration_s: float | None = None,
    extras: Extras | None = None,
) -> Planned:
    """The best stretches of a video without a script, in beats of about three seconds."""
    wanted = min(duration_s or material.duration_s, material.duration_s)
    count = max(1, min(20, round(wanted / _BEAT_S)))
    step = wanted / count
    beats = [ScriptSegment(number * step, (number + 1) * step) for number in range(count)]
    return from_script(
        source=source, script=beats, material=material, outputs=outputs, duration_s=wanted, extras=extras
    )


def _fitting_count(script: Sequence[ScriptSegment], length: float) -> list[ScriptSegment]:
    """As many segments as there is time for: what would flash by too fast is left out from the end."""
    return list(script)[: max(1, int(length / SHORTEST_BEAT_S))]


def _durations(script: Sequence[ScriptSegment], length: float) -> list[float]:
    """The script's proportions over `length`, with no beat too short to be seen: the longer ones give what it takes."""
    weights = [segment.duration_s for segment in script]
    short: set[int] = set()
    while True:
        free = length - SHORTEST_BEAT_S * len(short)
        total = sum(weight for place, weight in enumerate(weights) if place not in short)
        factor = free / total if total else 0.0
        more = {
            place for place, weight in enumerate(weights) if place not in short and weight * factor < SHORTEST_BEAT_S
        }
        if not more or len(short | more) == len(weights):
            break
        short |= more
    if len(short) == len(weights) or not total:
        return [length / len(weights)] * len(weights)
    return [SHORTEST_BEAT_S if place in short else weight * factor for place, weight in enumerate(weights)]


def _assemble(
    source: str,
    script: Sequence[ScriptSegment],
    beats: Sequence[Beat],
    condensed: Condensed,
    outputs: Sequence[Output],
    extras: Extras,
    notes: list[PlanNote],
) -> Planned:
    segments: list[dict[str, Any]] = []
    overlays: list[dict[str, Any]] = []
    position = 0.0
    if extras.intro is not None:
        position = extras.intro.duration_s - extras.intro.transition.overlap_s
    for number, (planned, beat) in enumerate(zip(script, beats, strict=True)):
        pieces = _pieces(condensed.to_source(beat.span))
        segments += [
            {"source": source, "start_s": round(piece.start_s, 3), "end_s": round(piece.end_s, 3)} for piece in pieces
        ]
        length = sum(round(piece.end_s, 3) - round(piece.start_s, 3) for piece in pieces)
        if planned.text.strip():
            overlays.append(_overlay(planned.text, position, length, is_hook=number == 0))
        position += length
    plan = parse_plan(
        {
            "segments": segments,
            "overlays": overlays,
            **extras.as_plan(),
            "outputs": [output.model_dump() for output in outputs],
        }
    )
    return Planned(plan, (*notes, *_notes_on_texts(plan), *_notes_on_limits(plan)))


def _pieces(spans: Sequence[Span]) -> list[Span]:
    """Stretches without slivers: one too short to be seen is given to its neighbour by reaching into the pause."""
    pieces: list[Span] = []
    for span in spans:
        if span.duration_s >= _SHORTEST_STRETCH_S:
            pieces.append(span)
        elif pieces:
            pieces[-1] = Span(pieces[-1].start_s, pieces[-1].end_s + span.duration_s)
        else:
            pieces.append(Span(max(0.0, span.end_s - _SHORTEST_STRETCH_S), span.end_s))
    return pieces


def _overlay(text: str, start_s: float, length: float, *, is_hook: bool) -> dict[str, Any]:
    """The hook stays for its whole beat; other texts as long as they take to read, at least most of the beat."""
    text = text.strip()[:MAX_TEXT]
    reading = _READING_S + _PER_WORD_S * len(text.split())
    shown = length if is_hook else min(length, max(reading, 0.8 * length))
    return {
        "text": text,
        "start_s": round(start_s, 3),
        "end_s": round(start_s + shown, 3),
        "position": "middle" if is_hook else "top",
        "style": {"size_ratio": 0.08 if is_hook else 0.066},
    }


def _notes_on_length(wanted: float, planned_s: float, length: float, material: Material) -> list[PlanNote]:
    evidence = {
        "asked_s": round(wanted, 3),
        "script_s": round(planned_s, 3),
        "edit_s": round(length, 3),
        "source_s": round(material.duration_s, 3),
    }
    if length < wanted - 0.05:
        text = (
            f"The edit is {length:.1f} s long instead of {wanted:.1f} s: "
            f"the video has no more ({material.duration_s:.1f} s)."
        )
    elif abs(planned_s - length) > 0.05:
        text = f"The segments were scaled from {planned_s:.1f} s to the {length:.1f} s asked for."
    else:
        text = f"The edit is {length:.1f} s of the video's {material.duration_s:.1f} s."
    return [PlanNote(text, evidence)]


def _notes_on_pauses(condensed: Condensed) -> list[PlanNote]:
    if not condensed.dropped:
        return []
    seconds = sum(span.duration_s for span in condensed.dropped)
    count = len(condensed.dropped)
    return [
        PlanNote(
            f"{counted(count, 'long pause')} left out, {seconds:.1f} s in all.",
            {"pauses": [[round(span.start_s, 3), round(span.end_s, 3)] for span in condensed.dropped]},
        )
    ]


def _notes_on_beats(
    script: Sequence[ScriptSegment], beats: Sequence[Beat], condensed: Condensed, material: Material
) -> list[PlanNote]:
    notes = []
    for number, (planned, beat) in enumerate(zip(script, beats, strict=True), start=1):
        pieces = condensed.to_source(beat.span)
        motion = sum(material.motion(piece) * piece.duration_s for piece in pieces) / max(beat.span.duration_s, 1e-6)
        shown = ", ".join(f"{piece.start_s:.2f}–{piece.end_s:.2f} s" for piece in pieces)
        name = f" ({planned.label})" if planned.label else ""
        reason = f"{_STARTS[beat.starts_on]} and {_ENDS[beat.ends_on]}"
        measured = f"; it moves {motion:.0%} as much as the liveliest shot" if material.shots else ""
        notes.append(
            PlanNote(
                f"Segment {number}{name} shows {shown}: {reason}{measured}.",
                {
                    "segment": number,
                    "source": [[round(piece.start_s, 3), round(piece.end_s, 3)] for piece in pieces],
                    "starts_on": beat.starts_on,
                    "ends_on": beat.ends_on,
                    "motion_ratio": round(motion, 3),
                },
            )
        )
    return notes


def _notes_on_texts(plan: EditPlan) -> list[PlanNote]:
    if not plan.overlays:
        return []
    names = [PLATFORMS[output.platform].label for output in plan.outputs if output.platform]
    where = f" of {', '.join(dict.fromkeys(names))}" if names else ""
    count = len(plan.overlays)
    return [
        PlanNote(
            f"{counted(count, 'text lies', 'texts lie')} inside the safe area{where}.",
            {"texts": [[overlay.start_s, overlay.end_s] for overlay in plan.overlays]},
        )
    ]


def _notes_on_limits(plan: EditPlan) -> list[PlanNote]:
    return [
        PlanNote(
            f"{output.key} ends after {output.max_duration_s:g} s of the {plan.duration_s:.1f} s: that is its limit.",
            {"output": output.key, "max_duration_s": output.max_duration_s, "edit_s": round(plan.duration_s, 3)},
        )
        for output in plan.outputs
        if output.max_duration_s is not None and output.max_duration_s < plan.duration_s - 0.05
    ]
