"""The edit plan: what each output is, in the words of an editor. It knows nothing of how it is rendered.

Times of segments are seconds of their source, whose zero is the start of its container. Times of text are seconds of
the output timeline, which begins with the intro if there is one. A plan is plain JSON: it is stored, versioned, shown,
previewed and rendered from the same data, so a preview and its export cannot differ in anything but size.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from editing.formats import ASPECTS, FRAME_RATES
from platforms import PLATFORMS

MAX_SEGMENTS = 200
MAX_OVERLAYS = 200
MAX_OUTPUTS = 8
MAX_TEXT = 300
MIN_SEGMENT_S = 0.1
TARGET_LUFS = -14.0  # what platforms play at

Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Seconds = Annotated[float, Field(ge=0, le=36_000, allow_inf_nan=False)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a plan: where, and a sentence that says what to change."""

    path: str
    message: str


class PlanError(ValueError):
    """The plan cannot be used. `problems` has every reason that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class SourceLimit:
    """What validation has to know of a source file; an image has no duration of its own."""

    duration_s: float
    has_video: bool = True
    is_image: bool = False


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Transition(_Part):
    """How a segment gives way to the next. A cut takes no time; a dissolve overlaps both; a dip goes through black."""

    kind: Literal["cut", "dissolve", "dip"] = "cut"
    duration_s: Annotated[float, Field(ge=0, le=3, allow_inf_nan=False)] = 0.0

    @property
    def overlap_s(self) -> float:
        """Seconds for which both segments are seen."""
        return self.duration_s if self.kind == "dissolve" else 0.0

    @model_validator(mode="after")
    def _timed(self) -> Self:
        if self.kind == "cut" and self.duration_s:
            raise ValueError("A cut takes no time; leave its duration at 0.")
        if self.kind != "cut" and self.duration_s < 0.1:
            raise ValueError(f"A {self.kind} needs a duration of at least 0.1 s.")
        return self


class Segment(_Part):
    """A stretch of a source, from `start_s` to `end_s` of it, played at `speed`."""

    source: Ref
    start_s: Seconds = 0.0
    end_s: Seconds
    speed: Annotated[float, Field(ge=0.25, le=4, allow_inf_nan=False)] = 1.0
    transition: Transition = Transition()

    @property
    def duration_s(self) -> float:
        """Seconds that it takes on the output timeline."""
        return (self.end_s - self.start_s) / self.speed

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.duration_s < MIN_SEGMENT_S - 1e-6:  # sums of rounded times
            raise ValueError(
                f"A segment runs from {self.start_s:g} s to {self.end_s:g} s; "
                f"it has to end at least {MIN_SEGMENT_S:g} s after it starts."
            )
        return self


class Style(_Part):
    """How a text looks. `size_ratio` is the height of a line against the shorter side of the frame."""

    size_ratio: Annotated[float, Field(ge=0.02, le=0.2)] = 0.062
    colour: Colour = "#FFFFFF"
    background: Literal["box", "outline"] = "box"
    background_colour: Colour = "#14161C"
    background_opacity: Ratio = 0.78
    weight: Literal["bold", "semibold"] = "bold"


class Overlay(_Part):
    """A text shown from `start_s` to `end_s` of the output timeline, always inside the safe area of each output."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]
    start_s: Seconds
    end_s: Seconds
    position: Literal["top", "middle", "bottom"] = "top"
    style: Style = Style()

    @field_validator("text")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("A text on the picture must not be empty.")
        return value

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end_s - self.start_s < 0.05:
            raise ValueError(f"The text “{_short(self.text)}” has to end after it starts.")
        return self


class Music(_Part):
    """A music bed under everything. With `duck` it steps back while the source's own sound is heard."""

    source: Ref
    start_s: Seconds = 0.0
    gain_db: Annotated[float, Field(ge=-40, le=6)] = -12.0
    duck: bool = True
    fade_out_s: Annotated[float, Field(ge=0, le=10)] = 1.5


class Audio(_Part):
    """The sound of the whole edit. Loudness is integrated loudness (EBU R 128) in LUFS; None leaves it as it is."""

    source_sound: bool = True
    music: Music | None = None
    loudness_lufs: Annotated[float, Field(ge=-30, le=-8)] | None = TARGET_LUFS
    true_peak_db: Annotated[float, Field(ge=-6, le=0)] = -1.0


class Card(_Part):
    """An intro or outro: a stretch of a video, or a still image shown for `duration_s`."""

    source: Ref
    start_s: Seconds = 0.0
    duration_s: Annotated[float, Field(ge=0.5, le=30)] = 2.0
    transition: Transition = Transition()


class Watermark(_Part):
    """An image kept in a corner of every output, inside its margins."""

    source: Ref
    corner: Literal["top-left", "top-right", "bottom-left", "bottom-right"] = "top-right"
    width_ratio: Annotated[float, Field(ge=0.03, le=0.5)] = 0.14
    opacity: Annotated[float, Field(gt=0, le=1)] = 0.85


class Output(_Part):
    """One file to make. `crf` is x264's constant quality; `fit` says what happens where the picture's shape differs."""

    key: Key
    aspect: Literal["9:16", "1:1", "16:9", "4:5"]
    width: Annotated[int, Field(ge=64, le=3840)]
    height: Annotated[int, Field(ge=64, le=3840)]
    fps: float = 30.0
    max_duration_s: Annotated[float, Field(ge=0.5, le=36_000)] | None = None
    platform: str | None = None
    fit: Literal["crop", "pad"] = "crop"
    pad: Literal["blur", "black"] = "blur"
    focus_x: Ratio = 0.5
    focus_y: Ratio = 0.5
    crf: Annotated[int, Field(ge=10, le=40)] = 20
    preset: Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium"] = "veryfast"
    max_bitrate_kbps: Annotated[int, Field(ge=200, le=50_000)] = 12_000
    audio_bitrate_kbps: Annotated[int, Field(ge=64, le=320)] = 160

    @property
    def rate(self) -> Fraction:
        """The exact frame rate."""
        return FRAME_RATES[self.fps]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.fps not in FRAME_RATES:
            known = ", ".join(f"{rate:g}" for rate in FRAME_RATES)
            raise ValueError(f"{self.fps:g} frames a second is not a usual rate; choose one of {known}.")
        if self.platform is not None and self.platform not in PLATFORMS:
            raise ValueError(f"“{self.platform}” is not a platform; choose one of {', '.join(PLATFORMS)}.")
        if self.width % 2 or self.height % 2:
            raise ValueError(f"{self.width}x{self.height} is not possible: width and height have to be even numbers.")
        across, down = ASPECTS[self.aspect]
        if abs(self.width * down - self.height * across) > 2 * max(across, down):
            raise ValueError(f"{self.width}x{self.height} is not {self.aspect}; {across}x{down} would be.")
        return self


class EditPlan(_Part):
    """A whole edit: the stretches to join, what lies over them, and the files to make from them."""

    version: Literal[1] = 1
    segments: Annotated[tuple[Segment, ...], Field(min_length=1, max_length=MAX_SEGMENTS)]
    overlays: Annotated[tuple[Overlay, ...], Field(max_length=MAX_OVERLAYS)] = ()
    audio: Audio = Audio()
    intro: Card | None = None
    outro: Card | None = None
    watermark: Watermark | None = None
    outputs: Annotated[tuple[Output, ...], Field(min_length=1, max_length=MAX_OUTPUTS)]

    @property
    def parts(self) -> tuple[Segment, ...]:
        """Intro, segments and outro as one row of segments."""
        row = list(self.segments)
        if self.intro is not None:
            row.insert(0, _as_segment(self.intro))
        if self.outro is not None:
            # The outro's own transition is the one that leads into it.
            row[-1] = row[-1].model_copy(update={"transition": self.outro.transition})
            row.append(_as_segment(self.outro, last=True))
        return tuple(row)

    @property
    def duration_s(self) -> float:
        """Length of the output timeline: dissolves overlap, so each takes its duration away."""
        row = self.parts
        return sum(part.duration_s for part in row) - sum(part.transition.overlap_s for part in row[:-1])

    @property
    def refs(self) -> tuple[str, ...]:
        """Every source that the plan uses, each once, in order of first use."""
        found = [part.source for part in self.parts]
        if self.audio.music is not None:
            found.append(self.audio.music.source)
        if self.watermark is not None:
            found.append(self.watermark.source)
        return tuple(dict.fromkeys(found))

    def length_of(self, output: Output) -> float:
        """Seconds that an output lasts: the timeline, unless the output is limited to less."""
        return min(self.duration_s, output.max_duration_s or self.duration_s)

    def output(self, key: str) -> Output:
        """The output named `key`; KeyError if there is none."""
        for output in self.outputs:
            if output.key == key:
                return output
        raise KeyError(key)

    def only(self, *keys: str) -> "EditPlan":
        """The same edit with only some of its outputs."""
        return self.model_copy(update={"outputs": tuple(self.output(key) for key in keys)})

    def preview(self, *keys: str, long_side: int = 960) -> "EditPlan":
        """The same edit, small and quick to make: every time, text and crop stays as it will be in the export."""
        chosen = self.only(*keys) if keys else self
        return chosen.model_copy(update={"outputs": tuple(_small(output, long_side) for output in chosen.outputs)})

    @model_validator(mode="after")
    def _whole(self) -> Self:
        keys = [output.key for output in self.outputs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"Two outputs are named “{twice[0]}”; give each its own name.")
        _check_transitions(self.parts)
        duration = self.duration_s
        for overlay in self.overlays:
            if overlay.end_s > duration + 0.05:
                raise ValueError(
                    f"The text “{_short(overlay.text)}” is shown until {overlay.end_s:g} s, "
                    f"but the edit ends at {duration:.1f} s."
                )
        return self

    def check_sources(self, sources: Mapping[str, SourceLimit]) -> None:
        """Raise `PlanError` where the plan asks for what its sources do not have."""
        problems = [
            Problem(f"sources.{ref}", f"The plan uses the file “{ref}”, which is not there.")
            for ref in self.refs
            if ref not in sources
        ]
        for place, part in enumerate(self.parts, start=1):
            limit = sources.get(part.source)
            if limit is not None:
                problems += _problems_of_part(place, part, limit)
        if problems:
            raise PlanError(problems)


def _problems_of_part(place: int, part: Segment, limit: SourceLimit) -> list[Problem]:
    path = f"segments.{place - 1}"
    if not limit.has_video:
        return [Problem(path, f"Segment {place} uses a file without a picture.")]
    # Containers round durations; a tenth of a second past the end only repeats the last frame.
    if not limit.is_image and part.end_s > limit.duration_s + 0.1:
        return [
            Problem(
                path,
                f"Segment {place} ends at {part.end_s:g} s, but its video is only {limit.duration_s:.2f} s long.",
            )
        ]
    return []


def _as_segment(card: Card, *, last: bool = False) -> Segment:
    return Segment(
        source=card.source,
        start_s=card.start_s,
        end_s=card.start_s + card.duration_s,
        transition=Transition() if last else card.transition,
    )


def _small(output: Output, long_side: int) -> Output:
    factor = min(1.0, long_side / max(output.width, output.height))
    size = {name: max(64, 2 * round(getattr(output, name) * factor / 2)) for name in ("width", "height")}
    return output.model_copy(update={**size, "preset": "ultrafast", "crf": 27, "max_bitrate_kbps": 3000})


def _check_transitions(row: tuple[Segment, ...]) -> None:
    for place, (left, right) in enumerate(itertools.pairwise(row), start=1):
        change = left.transition
        used = change.duration_s + (row[place - 2].transition.duration_s if place > 1 else 0.0)
        if change.kind != "cut" and (used > left.duration_s or change.duration_s > right.duration_s):
            raise ValueError(
                f"The {change.kind} after segment {place} takes {change.duration_s:g} s, "
                "longer than the segments beside it allow."
            )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def parse_plan(data: object) -> EditPlan:
    """Read a plan from JSON data; `PlanError` names every problem with its place."""
    try:
        return EditPlan.model_validate(data)
    except ValidationError as error:
        problems = [_problem(item) for item in error.errors()]
        # A row whose only member is wrong is reported as empty too, which says nothing.
        inner = [problem.path for problem in problems]
        raise PlanError(
            [each for each in problems if not any(path.startswith(f"{each.path}.") for path in inner)]
        ) from error


def _problem(item: Any) -> Problem:
    path = ".".join(str(part) for part in item["loc"])
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        return Problem(path, str(cause))
    if path.endswith("aspect"):
        return Problem(path, f"“{item['input']}” is not a known aspect; choose one of {', '.join(ASPECTS)}.")
    if item["type"] == "missing":
        return Problem(path, f"“{path}” is missing.")
    return Problem(path, f"“{path or 'the plan'}” is not usable: {item['msg'][0].lower()}{item['msg'][1:]}.")
