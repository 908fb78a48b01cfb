"""Reads the measured features of a video (docs/measure.md) into what planning needs."""

from collections.abc import Mapping, Sequence
from typing import Any

from editing.planners.material import Material, Shot, Span
from patterns.reliable import reliable


def material_from_features(features: Mapping[str, Any]) -> Material:
    """Features as JSON data to material. A layer that was not measured is empty, never guessed."""
    shots = [
        (Span(float(shot["start_s"]), float(shot["end_s"])), shot.get("motion")) for shot in features.get("shots") or []
    ]
    most = max((motion for _, motion in shots if motion), default=0.0)
    cuts = [float(cut["time_s"]) for cut in features.get("cuts") or []]
    # A dissolve or fade must not be cut in two: its end is where the new shot stands alone.
    changes = [float(change["end_s"]) for change in features.get("transitions") or []]
    # Sound may outlast the pictures; there is nothing to show with it.
    length = float(features["duration_s"])
    return Material(
        duration_s=length,
        width=int(features["width"]),
        height=int(features["height"]),
        fps=float(features["fps"]),
        has_sound=bool(features.get("has_audio")),
        shots=tuple(Shot(span, motion / most if motion and most else 0.0) for span, motion in shots),
        cuts=tuple(sorted({*cuts, *changes})),
        # A pause over music is left alone: taking it out would make the music jump.
        silences=_spans(
            [gap for gap in features.get("silences") or [] if gap.get("kind", "silence") == "silence"], length
        ),
        speech=_spans(reliable(features, "speech") or [], length),
    )


def _spans(rows: Sequence[Mapping[str, Any]], length_s: float) -> tuple[Span, ...]:
    spans = (Span(float(row["start_s"]), min(float(row["end_s"]), length_s)) for row in rows)
    return tuple(sorted(span for span in spans if span.duration_s > 0))
