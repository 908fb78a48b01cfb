"""What was measured of a source, as far as planning needs it; read from its features (docs/measure.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from patterns.reliable import reliable

_EPSILON: Final = 1e-6


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start_s` to `end_s`, in seconds."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.end_s - self.start_s

    def shared(self, other: "Span") -> float:
        """Seconds that both have in common."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))


@dataclass(frozen=True, slots=True)
class Shot:
    """A measured shot with its mean motion, 0–1 within this video."""

    span: Span
    motion_ratio: float


@dataclass(frozen=True, slots=True)
class Material:
    """What was measured of a video. Without analysis everything but the first five fields is empty."""

    duration_s: float
    width: int
    height: int
    fps: float
    has_sound: bool
    shots: tuple[Shot, ...] = ()
    cuts: tuple[float, ...] = ()
    silences: tuple[Span, ...] = ()
    speech: tuple[Span, ...] = ()

    @property
    def speech_ratio(self) -> float:
        """Share of the video in which somebody speaks."""
        return min(1.0, sum(span.duration_s for span in self.speech) / self.duration_s) if self.duration_s else 0.0

    def motion(self, span: Span) -> float:
        """Mean motion of a stretch, 0–1; 0.5 where nothing was measured."""
        weights = [(shot.span.shared(span), shot.motion_ratio) for shot in self.shots]
        total = sum(weight for weight, _ in weights)
        return sum(weight * motion for weight, motion in weights) / total if total > _EPSILON else 0.5


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
