"""Drops claims that a measured fact refutes. Pure: the same facts and claims give the same result.

A moment is refuted when it lies outside the video, or when it says that something is heard or written where the
measurement found none. A claim falls with its last moment, or when the whole of it cannot be true beside the facts.
Layers that were not measured refute nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from patterns.categories import HookStyle, OverlayStyle, Structure
from patterns.meaning.schema import CLAIMS, Channel, Cite, Claim, MeaningAnswer, StoryPart, StructureClaim
from patterns.reliable import reliable

Facts = Mapping[str, Any]
# A model names a moment by a picture that is up to two seconds old; a word just beside a phrase is no contradiction.
SLACK_S = 1.0
_SOUND = (Channel.SPEECH, Channel.SOUND)


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was said, where, and the fact against it."""

    claim: str
    said: str
    why: str
    time_s: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"claim": self.claim, "said": self.said, "why": self.why, "time_s": self.time_s}


def measured(facts: Facts, layer: str) -> bool:
    """Whether a layer's facts exist, so that something can be held against them."""
    state = (facts.get("layers") or {}).get(layer) or {}
    return state.get("status", "ok") == "ok"


def judge(facts: Facts, answer: MeaningAnswer) -> tuple[MeaningAnswer, list[Dropped]]:
    """The answer without what the facts refute, and what was dropped."""
    dropped: list[Dropped] = []
    kept: dict[str, Any] = {"summary": answer.summary}
    for name in CLAIMS:
        claim: Claim | None = getattr(answer, name)
        kept[name] = _judged(facts, name, claim, dropped) if claim is not None else None
    return answer.model_copy(update=kept), dropped


def _judged(facts: Facts, name: str, claim: Claim, dropped: list[Dropped]) -> Claim | None:
    value = str(getattr(claim, "value", ""))
    against = _against_all(facts, value, name)
    if against:
        dropped.append(Dropped(name, value, against))
        return None
    if not claim.cites:
        dropped.append(Dropped(name, value, "It names no moment that shows it."))
        return None
    standing = []
    for cite in claim.cites:
        why = _against_moment(facts, cite)
        if why:
            dropped.append(Dropped(name, cite.what, why, cite.time_s))
        else:
            standing.append(cite)
    if not standing:
        dropped.append(Dropped(name, value, "No moment that was named for it agrees with the measurement."))
        return None
    changes: dict[str, Any] = {"cites": standing}
    if isinstance(claim, StructureClaim):
        changes["parts"] = list(_parts(facts, claim.parts, dropped))
    return claim.model_copy(update=changes)


def _against_all(facts: Facts, value: str, name: str) -> str:
    """A fact that refutes a whole claim, as a sentence; empty when there is none."""
    cuts = facts.get("cuts") if measured(facts, "cuts") else None
    if name == "hook_style" and value == HookStyle.MONTAGE and cuts is not None:
        end = float((facts.get("hook") or {}).get("window_s") or 3.0)
        if not any(cut["time_s"] <= end for cut in cuts):
            return f"No cut was measured in the first {end:g} s."
    if name == "structure" and value == Structure.SINGLE_SHOT and cuts:
        return f"{len(cuts)} cut{'s were' if len(cuts) > 1 else ' was'} measured."
    if name == "structure" and value == Structure.MONTAGE and cuts is not None and not cuts:
        return "No cut was measured."
    speaks = facts.get("speech")
    spoken = (name, value) in {
        ("hook_style", HookStyle.VOICE_FIRST),
        ("structure", Structure.TALKING_HEAD),
        ("structure", Structure.INTERVIEW),
    }
    if spoken and (facts.get("has_audio") is False or (measured(facts, "speech") and speaks == [])):
        return "No speech was measured."
    return _against_text(facts, value, name)


def _against_text(facts: Facts, value: str, name: str) -> str:
    overlays = _overlays(facts)
    if overlays is None:
        return ""
    sure = reliable(facts, "overlays")
    if name == "overlay_style" and value == OverlayStyle.NONE and sure:
        return f"Text was measured in the picture, the first at {sure[0]['start_s']:.1f} s."
    says_text = (name == "overlay_style" and value != OverlayStyle.NONE) or value == HookStyle.TEXT_FIRST
    return "No text was measured in the picture." if says_text and not overlays else ""


def _overlays(facts: Facts) -> list[dict[str, Any]] | None:
    """Texts in the picture, or None where they were not read."""
    found = facts.get("overlays")
    return found if isinstance(found, list) and measured(facts, "overlays") else None


def _against_moment(facts: Facts, cite: Cite) -> str:
    duration = float(facts.get("duration_s") or 0)
    if not 0 <= cite.time_s <= duration + 0.5:
        return f"The video ends at {duration:.1f} s." if cite.time_s > 0 else "A video begins at 0 s."
    if cite.channel in _SOUND and facts.get("has_audio") is False:
        return "The video has no sound."
    speech = facts.get("speech") if measured(facts, "speech") else None
    if cite.channel == Channel.SPEECH and speech is not None and not _near(cite.time_s, speech):
        return f"Nobody was measured to speak at {cite.time_s:.1f} s."
    if cite.channel in _SOUND and measured(facts, "silence") and _inside_silence(facts, cite.time_s):
        return f"It is silent at {cite.time_s:.1f} s."
    overlays = _overlays(facts)
    if cite.channel == Channel.TEXT and overlays is not None and not _near(cite.time_s, overlays):
        return f"No text was measured in the picture at {cite.time_s:.1f} s."
    return ""


def _near(time_s: float, spans: list[dict[str, Any]]) -> bool:
    return any(span["start_s"] - SLACK_S <= time_s <= span["end_s"] + SLACK_S for span in spans)


def _inside_silence(facts: Facts, time_s: float) -> bool:
    """Well inside a silence: further from both of its ends than the slack."""
    silences = [span for span in facts.get("silences") or [] if span.get("kind", "silence") == "silence"]
    return any(span["start_s"] + SLACK_S < time_s < span["end_s"] - SLACK_S for span in silences)


def _parts(facts: Facts, parts: list[StoryPart], dropped: list[Dropped]) -> Iterator[StoryPart]:
    """Parts that follow each other inside the video; an end past the last picture by a moment is set to it."""
    duration, reached = float(facts.get("duration_s") or 0), 0.0
    for part in parts:
        if part.start_s < -0.5 or part.end_s > duration + 0.5 or part.end_s <= part.start_s:
            dropped.append(
                Dropped("structure", part.words, f"It does not lie between 0 and {duration:.1f} s.", part.start_s)
            )
        elif part.start_s < reached - 0.5:
            dropped.append(Dropped("structure", part.words, "It overlaps the part before it.", part.start_s))
        else:
            reached = min(part.end_s, duration)
            yield part.model_copy(update={"start_s": round(max(0.0, part.start_s), 3), "end_s": round(reached, 3)})
