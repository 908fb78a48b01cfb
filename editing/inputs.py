"""Groups the clips of a timeline into FFmpeg inputs.

An input is opened with a seek and read forward once. Clips of one source that follow each other closely share an input,
because a second one would have to start decoding at a seek point before the end of the first, and decode those frames
again. Clips that lie apart get their own input, so that what lies between is never decoded. Each open video input
holds decoded pictures, so their number is limited by the size of the frames.
"""

import itertools
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

from editing.sources import KeyFrames, SourceFacts
from editing.timeline import Clip, Timeline

_INPUT_BUDGET_BYTES: Final = 300 * 1024 * 1024
_FRAMES_HELD: Final = 16  # reference pictures of the decoder plus what waits in front of the filter graph
_MOST_INPUTS: Final = 24
_LEAD_S: Final = 0.05  # before a cut, so that rounding never loses its first frame


@dataclass(frozen=True, slots=True)
class Run:
    """One input: a stretch of a source and the places (on the timeline) of the clips that are cut from it.

    Reading begins at `open_s`: just before the stretch, or at 0 for a source that cannot be seeked.
    """

    source: str
    start_s: float
    end_s: float
    places: tuple[int, ...]
    open_s: float = 0.0

    def joined(self, other: "Run") -> "Run":
        """Both stretches and everything between them."""
        return replace(self, end_s=other.end_s, places=self.places + other.places)


def group(timeline: Timeline, facts: Mapping[str, SourceFacts], *, seek: bool = True) -> list[Run]:
    """The inputs for a timeline, in the order of their first clip. Without `seek` each is read from its beginning."""
    runs: list[Run] = []
    with ExitStack() as stack:
        opened: dict[str, KeyFrames] = {}
        for place, clip in enumerate(timeline.clips):
            part = clip.part
            source = facts[part.source]
            open_s = source.seek_s(part.start_s - _LEAD_S) if seek else 0.0
            run = Run(part.source, part.start_s, part.end_s, (place,), open_s)
            if not source.is_image and run.source not in opened:
                opened[run.source] = stack.enter_context(KeyFrames(source))
            follows = bool(runs) and _follows(runs[-1], run, source)
            if follows and (not seek or opened[run.source].before(run.start_s) < runs[-1].end_s):
                runs[-1] = runs[-1].joined(run)
            else:
                runs.append(run)
    return _limited(runs, facts)


def seeking(open_s: float) -> dict[str, str]:
    """FFmpeg's option for reading from `open_s`. A seek to 0 is none: it goes to the first picture and skips what the
    sound has before it."""
    return {"ss": f"{open_s:.6f}"} if open_s else {}


def _follows(left: Run, right: Run, source: SourceFacts) -> bool:
    return left.source == right.source and not source.is_image and right.start_s >= left.end_s - 1e-6


def _limited(runs: list[Run], facts: Mapping[str, SourceFacts]) -> list[Run]:
    """Join the inputs with the smallest gaps until the decoded pictures they hold fit the budget."""
    largest = max(facts[run.source].display_width * facts[run.source].display_height for run in runs)
    most = max(1, min(_MOST_INPUTS, _INPUT_BUDGET_BYTES // max(1, largest * 3 // 2 * _FRAMES_HELD)))
    while len(runs) > most:
        gaps = [
            (right.start_s - left.end_s, place)
            for place, (left, right) in enumerate(itertools.pairwise(runs))
            if _follows(left, right, facts[left.source])
        ]
        if not gaps:
            return runs
        _, place = min(gaps)
        runs[place : place + 2] = [runs[place].joined(runs[place + 1])]
    return runs


def tolerance(clip: Clip, facts: SourceFacts) -> float:
    """How far before a cut its first frame may lie.

    Times in a plan are rounded to milliseconds, so a cut lies beside its frame; not quite half a frame decides that
    the frame at a cut belongs to what follows, and none of the next shot flashes up at the end of a segment.
    """
    return min(0.4 / facts.fps if facts.fps > 0 else 0.01, 0.02, (clip.part.end_s - clip.part.start_s) / 4)
