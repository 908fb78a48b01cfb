"""Meaning without a model: only what the measured facts imply, each with the moment that shows it.

Topic and emotion are not derived: no fact implies them. A call to action is told only where its words stand in the
picture, and readings that are not sure support nothing. Confidence is that of a rule, not of a reader, and stays at or
below 0.7.
"""

import re
from typing import Any

from patterns.categories import CallToAction, HookStyle, OverlayStyle, Role, Structure
from patterns.meaning.contradictions import Facts, measured
from patterns.meaning.schema import (
    CallToActionClaim,
    Channel,
    Cite,
    HookClaim,
    MeaningAnswer,
    MeaningRequest,
    OverlayClaim,
    StoryPart,
    StructureClaim,
)
from patterns.reliable import reliable

# An opening that is this much livelier (ratio) or quieter (LU) than the rest is meant so.
_LIVELY_STEP, _LIVELY = 1.5, 0.3
_QUIET_LU = -6.0
_FAST_CUTS_PER_MIN = 25.0
_TALKING, _HARDLY_TALKING = 0.6, 0.15
_TEXT_EARLY_S, _VOICE_EARLY_S = 1.0, 1.0

_NUMBERED = re.compile(r"\s*(step\s*)?\d+[.):\s]", re.IGNORECASE)
_ASKS: tuple[tuple[CallToAction, str], ...] = (
    (CallToAction.FOLLOW, r"follow|subscribe|abonnier|folge"),
    (CallToAction.COMMENT, r"comment|tell me|let me know|kommentier"),
    (CallToAction.SHARE, r"share|send this|tag a friend|teile"),
    (CallToAction.SAVE, r"save this|save for|bookmark|speicher"),
    (CallToAction.LIKE, r"\blike (this|if|and)|double tap|smash"),
    (CallToAction.BUY, r"\bbuy\b|shop now|order now|discount|% off|kaufen"),
    (CallToAction.LINK, r"link in|bio\b|swipe up|website|https?:|www\."),
    (CallToAction.CONTACT, r"\bdm\b|message us|call us|book (now|a)|contact"),
)


def answer(request: MeaningRequest) -> MeaningAnswer:
    """What the facts allow, and null for everything else."""
    facts = request.facts
    return MeaningAnswer(
        hook_style=_hook(facts),
        topic=None,
        emotion=None,
        call_to_action=_call_to_action(facts),
        overlay_style=_overlay_style(facts),
        structure=_structure(facts),
        summary="",
    )


def _cite(time_s: float, channel: Channel, what: str) -> Cite:
    return Cite(time_s=round(float(time_s), 3), channel=channel, what=what)


def _hook(facts: Facts) -> HookClaim | None:
    hook = facts.get("hook")
    if not hook or not measured(facts, "hook"):
        return None
    window = float(hook.get("window_s") or 3.0)
    cuts = [cut["time_s"] for cut in facts.get("cuts") or [] if cut["time_s"] <= window]
    overlays = reliable(facts, "overlays") or []
    first_speech = hook.get("first_speech_s")

    def claim(value: HookStyle, confidence: float, *cites: Cite) -> HookClaim:
        return HookClaim(value=value, confidence_p=confidence, cites=list(cites))

    if len(cuts) >= 3:
        shown = [_cite(time_s, Channel.PICTURE, "The picture cuts.") for time_s in cuts[:4]]
        return claim(HookStyle.MONTAGE, 0.7, *shown)
    if overlays and overlays[0]["start_s"] <= _TEXT_EARLY_S:
        text = str(overlays[0].get("text", ""))[:80]
        return claim(HookStyle.TEXT_FIRST, 0.6, _cite(overlays[0]["start_s"], Channel.TEXT, f"“{text}”"))
    if first_speech is not None and first_speech <= _VOICE_EARLY_S:
        return claim(HookStyle.VOICE_FIRST, 0.6, _cite(first_speech, Channel.SPEECH, "Speech begins."))
    motion, step = hook.get("motion"), hook.get("motion_step")
    if motion is not None and step is not None and motion >= _LIVELY and step >= _LIVELY_STEP:
        what = f"The opening moves {step:.1f} times as much as the rest."
        return claim(HookStyle.MOTION_FIRST, 0.5, _cite(0.0, Channel.PICTURE, what))
    louder = hook.get("loudness_step_lu")
    if louder is not None and louder <= _QUIET_LU:
        what = f"The opening is {-louder:.0f} LU quieter than the rest."
        return claim(HookStyle.QUIET_OPEN, 0.5, _cite(0.0, Channel.SOUND, what))
    return None


def _overlay_style(facts: Facts) -> OverlayClaim | None:
    overlays = reliable(facts, "overlays")
    duration = float(facts.get("duration_s") or 0)
    if overlays is None or not measured(facts, "overlays") or not duration or (facts["overlays"] and not overlays):
        return None
    if not overlays:
        cite = _cite(0.0, Channel.PICTURE, "No text was found in the whole video.")
        return OverlayClaim(value=OverlayStyle.NONE, confidence_p=0.7, cites=[cite])
    cites = [_cite(one["start_s"], Channel.TEXT, f"“{str(one.get('text', ''))[:60]}”") for one in overlays[:4]]
    spoken = reliable(facts, "speech") or []
    beside = sum(any(_touch(one, span) for span in spoken) for one in overlays)
    per_minute = 60 * len(overlays) / duration
    numbered = sum(bool(_NUMBERED.match(str(one.get("text", "")))) for one in overlays)
    if numbered >= 2:
        value = OverlayStyle.STEPS
    elif per_minute >= 15 and beside >= 0.7 * len(overlays):
        value = OverlayStyle.CAPTIONS
    elif len(overlays) == 1 and overlays[0]["start_s"] <= 3.0:
        value = OverlayStyle.HEADLINE
    else:
        value = OverlayStyle.LABELS if per_minute < 15 else OverlayStyle.MIXED
    return OverlayClaim(value=value, confidence_p=0.5, cites=cites)


def _touch(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return bool(a["start_s"] < b["end_s"] and b["start_s"] < a["end_s"])


def _call_to_action(facts: Facts) -> CallToActionClaim | None:
    """From words in the picture; what is only said cannot be known without a model that listens."""
    for one in reversed(reliable(facts, "overlays") or []):
        text = str(one.get("text", ""))
        for value, pattern in _ASKS:
            if re.search(pattern, text, re.IGNORECASE):
                cite = _cite(one["start_s"], Channel.TEXT, f"“{text[:120]}”")
                return CallToActionClaim(value=value, words=text[:200], confidence_p=0.7, cites=[cite])
    return None


def _structure(facts: Facts) -> StructureClaim | None:
    cuts, duration = facts.get("cuts"), float(facts.get("duration_s") or 0)
    if cuts is None or not duration or not measured(facts, "cuts"):
        return None
    share = (facts.get("speech_stats") or {}).get("share_ratio")
    spoken = reliable(facts, "speech") or []
    gradual = facts.get("transitions") or []
    if not cuts and not gradual:
        cite = _cite(0.0, Channel.PICTURE, "No cut follows.")
        value, confidence, cites = Structure.SINGLE_SHOT, 0.7, [cite]
    elif 60 * len(cuts) / duration >= _FAST_CUTS_PER_MIN and (share or 0) < _HARDLY_TALKING:
        value, confidence = Structure.MONTAGE, 0.6
        cites = [_cite(cut["time_s"], Channel.PICTURE, "The picture cuts.") for cut in cuts[:4]]
    elif share is not None and share >= _TALKING and spoken:
        value, confidence = Structure.TALKING_HEAD, 0.4
        cites = [_cite(span["start_s"], Channel.SPEECH, "Someone speaks.") for span in spoken[:4]]
    else:
        return None
    return StructureClaim(value=value, confidence_p=confidence, cites=cites, parts=_parts(facts, duration))


def _parts(facts: Facts, duration: float) -> list[StoryPart]:
    """The hook window, the rest, and the last shot as ending where it is short."""
    hook_end = min(float((facts.get("hook") or {}).get("window_s") or 3.0), duration)
    parts = [StoryPart(role=Role.HOOK, start_s=0.0, end_s=round(hook_end, 3), words="The hook window.")]
    shots = facts.get("shots") or []
    last = shots[-1] if len(shots) > 2 else None
    ends = last and last["start_s"] > hook_end and duration - last["start_s"] <= max(4.0, 0.15 * duration)
    body_end = float(last["start_s"]) if last and ends else duration
    if body_end > hook_end + 0.2:
        parts.append(
            StoryPart(role=Role.BODY, start_s=round(hook_end, 3), end_s=round(body_end, 3), words="What follows.")
        )
    if ends and last:
        words = "The last shot."
        parts.append(StoryPart(role=Role.ENDING, start_s=round(body_end, 3), end_s=round(duration, 3), words=words))
    return parts
