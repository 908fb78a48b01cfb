"""From the facts of a measurement to comparable patterns. Pure: the same facts give the same patterns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from patterns.levels import SCALES
from patterns.models import PatternType
from patterns.reliable import reliable

Facts = Mapping[str, Any]
_MOST_TIMES = 50
_MOST_LETTERS = 120


@dataclass(frozen=True, slots=True)
class Value:
    """One pattern before it is a row. `times_s` are the moments that show it."""

    type: PatternType
    value: float
    unit: str
    bucket: str
    evidence: dict[str, Any] = field(default_factory=dict)
    confidence: float = 1.0


def patterns_of(features: Facts) -> list[Value]:
    """All patterns that the measured facts support; a layer that failed supports none."""
    return [
        *_shape(features),
        *_cuts(features),
        *_pictures(features),
        *_texts(features),
        *_sound(features),
        *_voice(features),
    ]


def _value(type: PatternType, value: float | None, confidence: float = 1.0, **evidence: Any) -> Iterator[Value]:
    if value is None:
        return
    scale = SCALES[type]
    rounded = round(float(value), 4)
    kept = {name: what for name, what in evidence.items() if what is not None}
    yield Value(type, rounded, scale.unit, scale.level(rounded).name, kept, round(confidence, 3))


def _shape(facts: Facts) -> Iterator[Value]:
    yield from _value(PatternType.DURATION, facts.get("duration_s"))
    yield from _value(PatternType.ASPECT, facts.get("aspect_ratio"), aspect=facts.get("aspect"))


def _cuts(facts: Facts) -> Iterator[Value]:
    cuts, pace, duration_s = facts.get("cuts"), facts.get("pace"), facts.get("duration_s")
    if cuts is None or not duration_s:
        return
    times = [cut["time_s"] for cut in cuts]
    sure = sum(cut.get("confidence", 1.0) for cut in cuts) / len(cuts) if cuts else 1.0
    if times:
        yield from _value(PatternType.HOOK_TIMING, times[0], cuts[0].get("confidence", 1.0), times_s=times[:1])
    else:
        found = next(_value(PatternType.HOOK_TIMING, duration_s, note="There is no cut."))
        yield replace(found, bucket="no_cut")
    per_minute = 60 * len(times) / duration_s
    yield from _value(PatternType.CUT_FREQUENCY, per_minute, sure, times_s=times[:_MOST_TIMES], count=len(times))
    if pace:
        yield from _value(
            PatternType.SHOT_LENGTH,
            pace.get("shot_median_s"),
            sure,
            shortest_s=pace.get("shot_shortest_s"),
            longest_s=pace.get("shot_longest_s"),
        )


def _pictures(facts: Facts) -> Iterator[Value]:
    motion, hook = facts.get("motion"), facts.get("hook")
    if motion:
        yield from _value(
            PatternType.MOTION, motion.get("mean"), peak=motion.get("peak"), still_ratio=motion.get("still_ratio")
        )
    if hook:
        window = [0.0, hook.get("window_s")]
        yield from _value(PatternType.HOOK_MOTION, hook.get("motion"), window_s=window, step=hook.get("motion_step"))


def _texts(facts: Facts) -> Iterator[Value]:
    texts, duration_s = reliable(facts, "overlays"), facts.get("duration_s")
    if texts is None or not duration_s or (facts["overlays"] and not texts):
        return  # readings of which none is sure say neither that there is text nor that there is none
    if texts:
        first = min(texts, key=lambda one: one["start_s"])
        yield from _value(
            PatternType.FIRST_TEXT, first["start_s"], times_s=[first["start_s"]], text=first["text"][:_MOST_LETTERS]
        )
    else:
        found = next(_value(PatternType.FIRST_TEXT, duration_s, note="There is no text in the picture."))
        yield replace(found, bucket="no_text")
    shown = _covered_s([(one["start_s"], min(one["end_s"], duration_s)) for one in texts])
    yield from _value(
        PatternType.OVERLAY_DENSITY, min(1.0, shown / duration_s), spans_s=_spans(texts), count=len(texts)
    )


def _covered_s(spans: list[tuple[float, float]]) -> float:
    """Seconds in which at least one of the spans runs."""
    total = reached = 0.0
    for start_s, end_s in sorted(spans):
        total += max(0.0, end_s - max(start_s, reached))
        reached = max(reached, end_s)
    return total


def _spans(spans: list[dict[str, Any]]) -> list[list[float]]:
    return [[span["start_s"], span["end_s"]] for span in spans[:_MOST_TIMES]]


def _sound(facts: Facts) -> Iterator[Value]:
    if not facts.get("has_audio"):
        return
    loudness, silences, music = facts.get("loudness"), facts.get("silences"), facts.get("music")
    if loudness:
        yield from _value(
            PatternType.LOUDNESS,
            loudness.get("integrated_lufs"),
            true_peak_db=loudness.get("true_peak_db"),
            range_lu=loudness.get("range_lu"),
        )
    if silences is not None and facts.get("duration_s"):
        real = [span for span in silences if span.get("kind", "silence") == "silence"]
        total = sum(span["end_s"] - span["start_s"] for span in real)
        yield from _value(PatternType.SILENCE, total / facts["duration_s"], spans_s=_spans(real))
    if music:
        yield from _value(
            PatternType.MUSIC, music.get("share_ratio"), music.get("confidence", 1.0), tempo_bpm=facts.get("tempo_bpm")
        )


def _voice(facts: Facts) -> Iterator[Value]:
    speech, stats = reliable(facts, "speech"), facts.get("speech_stats")
    if speech is None or not stats:
        return
    yield from _value(PatternType.SPEECH, stats.get("share_ratio"), spans_s=_spans(speech))
    yield from _value(
        PatternType.SPEECH_RATE, stats.get("syllables_per_s"), longest_pause_s=stats.get("longest_pause_s")
    )
