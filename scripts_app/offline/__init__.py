"""The script writer without a model: timing from measured patterns, lines from the concept and its points.

Pure functions of the request. Nothing is invented: where the request gives no points, lines say what to tell, not what
is true. All spoken lines fit the measured (or a conventional) speaking rate.
"""

from scripts_app.offline.lines import without_music, write_lines
from scripts_app.offline.timing import Beat, plan, rules_of
from scripts_app.schema import Role, ScriptContent, ScriptRequest, Segment


def write(request: ScriptRequest) -> ScriptContent:
    """A script: hook first, call to action last, exactly as long as asked."""
    rules = rules_of(request)
    beats: list[Beat] = plan(request, rules)
    lines = write_lines(request, beats, rules)
    segments = [
        Segment(
            start_time=beat.start,
            end_time=beat.end,
            role=beat.role,
            visual=line.visual,
            audio=line.audio,
            text_overlay=line.overlay,
        )
        for beat, line in zip(beats, lines, strict=True)
    ]
    concept = request.concept.rstrip(" .!?…")
    suffix = f" ({request.variation + 1})" if request.variation else ""
    return ScriptContent(
        title=f"{concept[:180]}{suffix}",
        segments=segments,
        music=_music(request, rules.cuts_per_min),
        notes=_notes(request, beats),
        reasons=rules.reasons,
    )


def _music(request: ScriptRequest, cuts_per_min: float | None) -> str:
    if without_music(request):
        return "None: the measured videos have hardly any music. Keep the room's sound."
    if cuts_per_min is None:
        return "An even bed under the voice, at least 12 dB below it; a change at the call to action."
    pace = "a quick" if cuts_per_min >= 25 else "a calm"
    return (
        f"{pace.capitalize()} bed that carries about {cuts_per_min:.0f} cuts a minute, at least 12 dB below the voice."
    )


def _notes(request: ScriptRequest, beats: list[Beat]) -> list[str]:
    notes = [f"Film {len([beat for beat in beats if beat.role is not Role.CTA])} takes and one call to action."]
    cuts = sum(beat.cuts for beat in beats)
    if cuts:
        notes.append(f"Change the picture {cuts} times besides the segments' own changes, where the notes say so.")
    if not request.points:
        notes.append("No points were given: fill in your own facts where a line asks for them.")
    if not request.language.startswith("en"):
        notes.append("Offline answers are written in English; set up a language model for other languages.")
    notes.append("This script was put together from measurements and sentence patterns, without a language model.")
    return notes
