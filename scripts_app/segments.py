"""Changing rows of a script: pure functions that keep the times without gaps."""

from collections.abc import Sequence

from scripts_app.schema import LEAST_SEGMENT_S, Role, ScriptContent, Segment

NEW_SEGMENT_S = 3.0
_AIR_S = 0.3


def retimed(segments: Sequence[Segment], lengths: Sequence[float] | None = None) -> list[Segment]:
    """The same rows, one after the other from 0; `lengths` replaces how long each is."""
    found: list[Segment] = []
    at = 0.0
    for index, segment in enumerate(segments):
        seconds = max(LEAST_SEGMENT_S, round(lengths[index] if lengths else segment.seconds, 3))
        end = round(at + seconds, 3)
        found.append(segment.model_copy(update={"start_time": at, "end_time": end}))
        at = end
    return found


def added(segments: Sequence[Segment], after: int) -> list[Segment]:
    """A new empty row below row `after` (from 0; -1 puts it first)."""
    rows = list(segments)
    place = max(0, min(len(rows), after + 1))
    new = Segment(start_time=0, end_time=NEW_SEGMENT_S, role=Role.POINT, visual="", audio="", text_overlay="")
    return retimed([*rows[:place], new, *rows[place:]])


def removed(segments: Sequence[Segment], index: int) -> list[Segment]:
    """Without one row; the last row stays."""
    rows = list(segments)
    if len(rows) > 1 and 0 <= index < len(rows):
        del rows[index]
    return retimed(rows)


def moved(segments: Sequence[Segment], index: int, by: int) -> list[Segment]:
    """One row further up (-1) or down (+1), as far as there is room."""
    rows = list(segments)
    target = index + by
    if 0 <= index < len(rows) and 0 <= target < len(rows):
        rows.insert(target, rows.pop(index))
    return retimed(rows)


def words_that_fit(seconds: float, words_per_min: float) -> int:
    """Spoken words for which a row has time."""
    return max(0, int((seconds - _AIR_S) * words_per_min / 60 + 0.5))


def warnings(content: ScriptContent, words_per_min: float) -> list[str]:
    """What may go wrong on set: too many words, a hook that is not first, a missing call to action."""
    found = [
        f"Segment {index + 1} has {segment.words} words; about {words_that_fit(segment.seconds, words_per_min)} fit "
        f"{segment.seconds:g} s."
        for index, segment in enumerate(content.segments)
        if segment.words > words_that_fit(segment.seconds, words_per_min)
    ]
    if content.segments[0].role is not Role.HOOK:
        found.append("The first segment is not the hook.")
    if content.segments[-1].role is not Role.CTA:
        found.append("The last segment is no call to action.")
    return found
