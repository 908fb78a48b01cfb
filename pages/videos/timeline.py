"""Draws measured facts: rows of segments and curves over one time axis, as numbers for SVG. Pure.

All x are whole milliseconds, so that a drawing needs no style and no rounding of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from patterns.reliable import is_reliable

Facts = Mapping[str, Any]
CURVE_HEIGHT = 40
_LUFS_FLOOR, _LUFS_TOP = -60.0, 0.0
_MOTION_TOP_SHARE = 1.05


@dataclass(frozen=True, slots=True)
class Segment:
    """Something with a start and an end. `words` explain it to a person."""

    id: str
    kind: str
    label: str
    start_s: float
    end_s: float
    mark: str
    words: str = ""
    confidence: float | None = None
    # Place and width in per cent of the axis; only where the name is written on the mark.
    left_pct: str = ""
    share_pct: str = ""

    @property
    def x(self) -> int:
        return round(1000 * self.start_s)

    @property
    def width(self) -> int:
        """At least a sliver, so that a moment can be seen and hit."""
        return max(1, round(1000 * (self.end_s - self.start_s)))

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s

    @property
    def confidence_pct(self) -> int | None:
        return None if self.confidence is None else round(100 * self.confidence)


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One row of the timeline. A layer that failed has no marks, but says why in `problem`; one of which a part is
    missing says so in `warning`. `failed`: trying again may help."""

    name: str
    label: str
    segments: list[Segment] = field(default_factory=list)
    cuts_ms: list[int] = field(default_factory=list)
    area: str = ""
    line: str = ""
    mark: str = ""
    note: str = ""
    problem: str = ""
    warning: str = ""
    failed: bool = False
    is_named: bool = False

    @property
    def is_drawn(self) -> bool:
        return not self.problem and bool(self.segments or self.cuts_ms or self.area)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything the page draws."""

    duration_s: float
    fps: float
    hook_end_s: float
    rows: list[TimelineRow]
    segments: list[Segment]
    cuts: list[float]
    ticks: list[float]

    @property
    def tick_places(self) -> int:
        return tick_places(self.duration_s)

    @property
    def duration_ms(self) -> int:
        return max(1, round(1000 * self.duration_s))

    @property
    def cuts_text(self) -> str:
        return ",".join(f"{cut:g}" for cut in self.cuts)


def tick_places(axis_s: float) -> int:
    """Decimals below the axis: quarters of a short clip are no whole seconds, and a rounded one is at a wrong place."""
    return 0 if axis_s >= 20 else 1


def build(facts: Facts, parts: Sequence[Mapping[str, Any]] = (), *, axis_s: float | None = None) -> Timeline:
    """The timeline of a measurement; `parts` are those of the structure, where its meaning is known. `axis_s` is the
    length of the axis where it is not the video's own."""
    duration = float(facts.get("duration_s") or 0)
    hook = facts.get("hook") or {}
    hook_end = min(float(hook.get("window_s") or 3.0), duration)
    found = (
        _structure(parts, axis_s or duration),
        _shots(facts),
        _hook(facts, hook_end),
        _text(facts),
        *_sound(facts),
        _motion(facts),
    )
    rows = [row for row in found if row]
    segments = sorted((one for row in rows for one in row.segments), key=lambda one: (one.start_s, one.end_s, one.id))
    cuts = [cut["time_s"] for cut in facts.get("cuts") or []]
    ticks = [duration * part / 4 for part in range(5)]
    return Timeline(duration, float(facts.get("fps") or 30), hook_end, rows, segments, cuts, ticks)


def _layer(facts: Facts, *names: str) -> tuple[str, bool]:
    """Why a row is empty, and whether trying again may help."""
    for name in names:
        layer = (facts.get("layers") or {}).get(name) or {}
        if layer.get("status") in ("failed", "skipped"):
            why = layer.get("message") or "This could not be measured."
            return why, layer["status"] == "failed"
    return "", False


def _missing(facts: Facts, name: str) -> str:
    """What part of a row could not be measured."""
    layer = (facts.get("layers") or {}).get(name) or {}
    return (
        str(layer.get("message") or "A part of this could not be measured.") if layer.get("status") == "partial" else ""
    )


def _shots(facts: Facts) -> TimelineRow:
    problem, failed = _layer(facts, "cuts")
    shots = facts.get("shots") or []
    segments = [
        Segment(
            f"shot-{number}",
            "Shot",
            f"Shot {number}",
            shot["start_s"],
            shot["end_s"],
            "mark-shot" if number % 2 else "mark-shot-alt",
            _shot_words(shot),
        )
        for number, shot in enumerate(shots, start=1)
    ]
    segments += [
        Segment(
            f"transition-{number}",
            "Transition",
            part["kind"].replace("_", " ").capitalize(),
            part["start_s"],
            part["end_s"],
            "mark-text",
            "The picture changes gradually here.",
            part.get("confidence"),
        )
        for number, part in enumerate(facts.get("transitions") or [], start=1)
    ]
    cuts = [round(1000 * cut["time_s"]) for cut in facts.get("cuts") or []]
    note = "" if cuts or problem else "There is no cut: the video is one shot."
    warning = _missing(facts, "cuts")
    return TimelineRow(
        "shots", "Shots and cuts", segments, cuts, note=note, problem=problem, warning=warning, failed=failed
    )


def _shot_words(shot: Mapping[str, Any]) -> str:
    motion = shot.get("motion")
    if motion is None:
        return ""
    amount = "hardly any" if motion < 0.03 else "little" if motion < 0.1 else "some" if motion < 0.5 else "a lot of"
    return f"It has {amount} motion."


def _structure(parts: Sequence[Mapping[str, Any]], axis_s: float) -> TimelineRow | None:
    if not parts or not axis_s:
        return None
    segments = [
        Segment(
            f"part-{number}",
            "Part",
            part["label"],
            part["start_s"],
            part["end_s"],
            part["mark"],
            part["words"],
            left_pct=f"{100 * part['start_s'] / axis_s:.3f}",
            share_pct=f"{100 * (part['end_s'] - part['start_s']) / axis_s:.3f}",
        )
        for number, part in enumerate(parts, start=1)
    ]
    return TimelineRow("structure", "Structure", segments, is_named=True)


def _text(facts: Facts) -> TimelineRow | None:
    """Text in the picture; no row where nothing is known about it."""
    problem, failed = _layer(facts, "overlays")
    overlays = facts.get("overlays")
    if not isinstance(overlays, list):
        return TimelineRow("text", "On-screen text", problem=problem, failed=failed) if problem else None
    segments = [
        Segment(
            f"text-{number}",
            "Text",
            f"Text {number}",
            one["start_s"],
            one["end_s"],
            "mark-text" if number % 2 else "mark-text-alt",
            _perhaps("overlays", one)
            + f"“{' / '.join(str(one.get('text', '')).splitlines())}”{_where(one.get('box'))}",
            one.get("confidence"),
        )
        for number, one in enumerate(overlays, start=1)
    ]
    warning = _missing(facts, "overlays")
    note = "" if segments or problem or warning else "No text was found in the picture."
    # What could not be decoded again in time may be read at a second try.
    failed = failed or bool(warning)
    return TimelineRow("text", "On-screen text", segments, note=note, problem=problem, warning=warning, failed=failed)


def _perhaps(layer: str, reading: Mapping[str, Any]) -> str:
    """Said before a reading that supports no claim."""
    return "" if is_reliable(layer, reading) else "Perhaps "


def _where(box: Mapping[str, Any] | None) -> str:
    if not box:
        return ""
    middle = float(box["top"]) + float(box["height"]) / 2
    return ", at the top" if middle < 1 / 3 else ", in the middle" if middle < 2 / 3 else ", at the bottom"


def _hook(facts: Facts, end_s: float) -> TimelineRow | None:
    hook = facts.get("hook")
    problem, failed = _layer(facts, "hook")
    if not hook and not problem:
        return None
    if not hook:
        return TimelineRow("hook", "Hook", problem=problem, failed=failed)
    segment = Segment("hook", "Hook", "Hook window", 0.0, end_s, "mark-hook", " ".join(_hook_words(hook)))
    return TimelineRow("hook", "Hook", [segment])


def _hook_words(hook: Mapping[str, Any]) -> Iterator[str]:
    first = hook.get("first_cut_s")
    yield f"The first cut is at {first:.1f} s." if first is not None else "No cut falls into the hook."
    text = hook.get("first_text_s")
    if text is not None:
        yield f"The first text is at {text:.1f} s."
    speech = hook.get("first_speech_s")
    if speech is not None:
        yield f"Speech begins at {speech:.1f} s."
    step = hook.get("loudness_step_lu")
    if step is not None and abs(step) >= 1:
        yield f"It is {abs(step):.0f} LU {'louder' if step > 0 else 'quieter'} than the rest."


def _sound(facts: Facts) -> Iterator[TimelineRow]:
    if facts.get("has_audio") is False:
        yield TimelineRow("sound", "Sound", note="No audio track.")
        return
    yield _speech(facts)
    yield _silence(facts)
    if facts.get("music"):
        yield _music(facts)
    yield _loudness(facts)


def _spans(kind: str, spans: list[dict[str, Any]], mark: str, words: str) -> list[Segment]:
    return [
        Segment(f"{kind.lower()}-{number}", kind, f"{kind} {number}", span["start_s"], span["end_s"], mark, words)
        for number, span in enumerate(spans, start=1)
    ]


def _speech(facts: Facts) -> TimelineRow:
    problem, failed = _layer(facts, "speech")
    spans = facts.get("speech") or []
    note = "" if spans or problem else "No speech was found."
    sure = "Someone speaks."
    segments = [
        replace(
            mark,
            words=sure if is_reliable("speech", span) else f"Perhaps {sure.lower()}",
            confidence=span.get("confidence"),
        )
        for mark, span in zip(_spans("Speech", spans, "mark-speech", sure), spans, strict=True)
    ]
    return TimelineRow("speech", "Speech", segments, note=note, problem=problem, failed=failed)


def _silence(facts: Facts) -> TimelineRow:
    problem, failed = _layer(facts, "silence")
    spans = facts.get("silences") or []
    silent = [span for span in spans if span.get("kind", "silence") == "silence"]
    pauses = [span for span in spans if span.get("kind") == "pause"]
    segments = _spans("Silence", silent, "mark-ink", "Nothing is heard.")
    segments += _spans("Pause", pauses, "mark-muted", "The voice pauses while something else happens.")
    note = "" if segments or problem else "It is never silent."
    return TimelineRow("silence", "Silence and pauses", segments, note=note, problem=problem, failed=failed)


def _music(facts: Facts) -> TimelineRow:
    """Only in words: the measurement tells how much music there is and its tempo, not where it plays."""
    music, tempo = facts["music"], facts.get("tempo_bpm")
    share = music.get("share_ratio")
    note = (
        f"Music in {100 * share:.0f} % of it." if music.get("present") and share is not None else "No music was found."
    )
    return TimelineRow("music", "Music", note=f"{note} About {tempo:.0f} beats a minute." if tempo else note)


def _points(curve: Mapping[str, Any], low: float, high: float) -> list[tuple[int, float]]:
    """`(x in ms, y from the top)` of a curve's values; unknown values lie on the floor."""
    step, values = float(curve.get("step_s") or 0), curve.get("values") or []
    span = (high - low) or 1.0
    points = []
    for index, value in enumerate(values):
        share = 0.0 if value is None else min(1.0, max(0.0, (value - low) / span))
        points.append((round(1000 * (index + 0.5) * step), round(CURVE_HEIGHT * (1 - share), 1)))
    return points


def _paths(points: list[tuple[int, float]], duration_ms: int) -> tuple[str, str]:
    """The filled area and the line of a curve."""
    if not points:
        return "", ""
    line = "M" + " L".join(f"{x},{y:g}" for x, y in points)
    area = f"M0,{CURVE_HEIGHT} L0,{points[0][1]:g} {line.replace('M', 'L')} L{duration_ms},{points[-1][1]:g}"
    return f"{area} L{duration_ms},{CURVE_HEIGHT} Z", line


def _duration_ms(facts: Facts) -> int:
    return max(1, round(1000 * float(facts.get("duration_s") or 0)))


def _loudness(facts: Facts) -> TimelineRow:
    problem, failed = _layer(facts, "loudness")
    loudness = facts.get("loudness") or {}
    area, line = _paths(_points(loudness.get("curve") or {}, _LUFS_FLOOR, _LUFS_TOP), _duration_ms(facts))
    whole = loudness.get("integrated_lufs")
    note = f"{whole:.1f} LUFS over the whole video." if whole is not None else ""
    return TimelineRow(
        "loudness", "Loudness", area=area, line=line, mark="mark-loud", note=note, problem=problem, failed=failed
    )


def _motion(facts: Facts) -> TimelineRow:
    problem, failed = _layer(facts, "motion")
    motion = facts.get("motion") or {}
    top = max(float(motion.get("peak") or 0) * _MOTION_TOP_SHARE, 0.2)
    area, line = _paths(_points(motion.get("curve") or {}, 0.0, top), _duration_ms(facts))
    return TimelineRow("motion", "Motion", area=area, line=line, mark="mark-motion", problem=problem, failed=failed)
