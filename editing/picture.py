"""The pictures of an edit as an FFmpeg graph: cut, timed, fitted to each output, and joined."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from editing.graph import Graph, Stream
from editing.inputs import Run, seeking, tolerance
from editing.plan import EditPlan, Output, Watermark
from editing.sources import SourceFacts
from editing.timeline import Clip, Timeline

_MARGIN_S: Final = 0.3  # read past a stretch, so that its last frame is there whatever the container rounds
_BLUR_FACTOR: Final = 8  # the blurred background is made this much smaller and enlarged again: same look, cheap


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stream of `frames` pictures; its first `overlap` are seen together with the end of the piece before."""

    stream: Stream
    frames: int
    overlap: int


def pictures(
    graph: Graph,
    plan: EditPlan,
    timeline: Timeline,
    facts: Mapping[str, SourceFacts],
    runs: Sequence[Run],
    *,
    threads: int,
) -> list[Stream]:
    """One stream for each output, in their order, without text.

    Clips of one source that follow each other are joined before they are fitted: what waits in front of a join is then
    one picture and not one for each output, which is most of the memory of an edit with many segments.
    """
    timed = _timed_clips(graph, timeline, facts, runs, threads)
    rows: list[list[_Piece]] = [[] for _ in plan.outputs]
    for source, clips in itertools.groupby(enumerate(timeline.clips), key=lambda item: item[1].part.source):
        places = [place for place, _ in clips]
        pieces = [_Piece(timed[place], timeline.clips[place].frames, _overlap(timeline, place)) for place in places]
        stretch = _joined(pieces, timeline)
        for row, output, copy in zip(rows, plan.outputs, stretch.stream.split("split", len(plan.outputs)), strict=True):
            row.append(replace(stretch, stream=fit(copy, output, facts[source])))
    marks = _watermarks(graph, plan.watermark, facts, plan.outputs)
    return [
        _marked(_ended(_joined(row, timeline).stream, output, timeline), mark, plan.watermark)
        for row, output, mark in zip(rows, plan.outputs, marks, strict=True)
    ]


def _timed_clips(
    graph: Graph, timeline: Timeline, facts: Mapping[str, SourceFacts], runs: Sequence[Run], threads: int
) -> dict[int, Stream]:
    """The clips by their place on the timeline, each exactly as long as it is there, in its source's size."""
    timed: dict[int, Stream] = {}
    for run in runs:
        source = facts[run.source]
        # Pictures that a decoder thread works on are held in memory, for every open input.
        opened = _open(graph, run, source, timeline.rate, threads if len(runs) <= 2 else 1)
        for place, stream in zip(run.places, opened.split("split", len(run.places)), strict=True):
            clip = timeline.clips[place]
            stream = _timed(stream, clip, run, source, timeline.rate)
            timed[place] = _dipped(stream, clip, timeline.clips[place - 1] if place else None)
    return timed


def _overlap(timeline: Timeline, place: int) -> int:
    return timeline.clips[place - 1].overlap if place else 0


def _open(graph: Graph, run: Run, source: SourceFacts, rate: Fraction, threads: int) -> Stream:
    length = run.end_s - run.start_s
    if source.is_image:
        return graph.input(str(source.path), source.video_index, loop=1, framerate=_text(rate), t=f"{length + 1:.3f}")
    span = f"{run.end_s - run.open_s + _MARGIN_S:.6f}"
    stream = graph.input(str(source.path), source.video_index, t=span, threads=threads, an=None, **seeking(run.open_s))
    if source.is_interlaced:
        stream = stream.filter("bwdif", mode="send_frame", deint="interlaced")
    return stream


def _timed(stream: Stream, clip: Clip, run: Run, source: SourceFacts, rate: Fraction) -> Stream:
    """Exactly the clip's frames, at the timeline's rate. A gap in the source repeats the frame before it."""
    if not source.is_image:
        part = clip.part
        start = part.start_s - run.open_s
        end = part.end_s - run.open_s
        early = tolerance(clip, source)
        stream = stream.filter("trim", start=f"{max(0.0, start - early):.6f}", end=f"{end - early:.6f}")
        stream = stream.filter("setpts", f"(PTS-{start:.6f}/TB)/{part.speed:.6f}")
    return (
        stream.filter("fps", fps=_text(rate), start_time=0)
        .filter("tpad", stop=-1, stop_mode="clone")
        .filter("trim", end_frame=clip.frames)
        .filter("setpts", "PTS-STARTPTS")
    )


def _dipped(stream: Stream, clip: Clip, before: Clip | None) -> Stream:
    if before is not None and before.dip:
        stream = stream.filter("fade", type="in", start_frame=0, nb_frames=before.dip)
    if clip.dip:
        stream = stream.filter("fade", type="out", start_frame=clip.frames - clip.dip, nb_frames=clip.dip)
    return stream


def fit(stream: Stream, output: Output, source: SourceFacts) -> Stream:
    """Fill the output's frame: by cutting off what does not fit, or by showing all of it on a background."""
    if output.fit == "crop":
        stream = _cover(stream, output, source, output.width, output.height)
    else:
        stream = _contain(stream, output, source)
    if source.is_hdr:
        stream = _to_sdr(stream)
    return stream.filter("setsar", 1).filter("format", "yuv420p")


def _cover(stream: Stream, output: Output, source: SourceFacts, width: int, height: int) -> Stream:
    """Cut to the output's shape around the focus, then scale. Ratios of the frame hold for any shape of pixel."""
    factor = max(output.width / source.display_width, output.height / source.display_height)
    across = output.width / factor / source.display_width
    down = output.height / factor / source.display_height
    if across < 0.9999 or down < 0.9999:
        stream = stream.filter(
            "crop",
            w=f"iw*{across:.6f}",
            h=f"ih*{down:.6f}",
            x=f"(iw-ow)*{output.focus_x:.4f}",
            y=f"(ih-oh)*{output.focus_y:.4f}",
        )
    return _scaled(stream, width, height)


def _contain(stream: Stream, output: Output, source: SourceFacts) -> Stream:
    factor = min(output.width / source.display_width, output.height / source.display_height)
    width = min(output.width, max(2, 2 * round(source.display_width * factor / 2)))
    height = min(output.height, max(2, 2 * round(source.display_height * factor / 2)))
    if (width, height) == (output.width, output.height):
        return _scaled(stream, width, height)
    if output.pad == "black":
        framed = _scaled(stream, width, height).filter("setsar", 1)
        return framed.filter("pad", output.width, output.height, "(ow-iw)/2", "(oh-ih)/2", color="black")
    front, back = stream.split("split", 2)
    small = [max(2, 2 * round(side / _BLUR_FACTOR / 2)) for side in (output.width, output.height)]
    back = _cover(back, output, source, *small).filter("format", "yuv420p").filter("gblur", sigma=5)
    back = back.filter("eq", brightness=-0.12).filter("scale", output.width, output.height, flags="bicubic")
    front = _scaled(front, width, height).filter("format", "yuv420p").filter("setsar", 1)
    return stream.graph.filter(
        [back.filter("setsar", 1), front],
        "overlay",
        x="(W-w)/2",
        y="(H-h)/2",
        shortest=1,
    )


def _scaled(stream: Stream, width: int, height: int) -> Stream:
    return stream.filter("scale", width, height, flags="bicubic", out_color_matrix="bt709", out_range="tv")


def _to_sdr(stream: Stream) -> Stream:
    """Map PQ and HLG (what many phones record) to BT.709, or the colours come out grey."""
    return (
        stream.filter("zscale", transfer="linear", npl=100)
        .filter("format", "gbrpf32le")
        .filter("zscale", primaries="bt709")
        .filter("tonemap", tonemap="hable", desat=0)
        .filter("zscale", transfer="bt709", matrix="bt709", range="tv")
    )


def _joined(pieces: Sequence[_Piece], timeline: Timeline) -> _Piece:
    """Cuts are concatenated, dissolves cross-fade what was joined so far with the next piece."""
    pending = [pieces[0].stream]
    length = pieces[0].frames
    for piece in pieces[1:]:
        if piece.overlap:
            pending = [_dissolve(_concatenated(pending, timeline.rate), piece, length - piece.overlap, timeline)]
        else:
            pending.append(piece.stream)
        length += piece.frames - piece.overlap
    return _Piece(_concatenated(pending, timeline.rate), length, pieces[0].overlap)


def _dissolve(before: Stream, piece: _Piece, offset: int, timeline: Timeline) -> Stream:
    return before.graph.filter(
        [before, piece.stream.filter("settb", _text(1 / timeline.rate))],
        "xfade",
        transition="fade",
        duration=f"{timeline.seconds(piece.overlap):.6f}",
        offset=f"{timeline.seconds(offset):.6f}",
    )


def _concatenated(streams: list[Stream], rate: Fraction) -> Stream:
    joined = streams[0]
    if len(streams) > 1:
        joined = joined.graph.filter(streams, "concat", n=len(streams), v=1, a=0)
    return joined.filter("fps", fps=_text(rate)).filter("settb", _text(1 / rate))


def _ended(stream: Stream, output: Output, timeline: Timeline) -> Stream:
    """The output's own rate and length."""
    if output.rate != timeline.rate:
        stream = stream.filter("fps", fps=_text(output.rate))
    if output.rate != timeline.rate or output.max_duration_s is not None:
        stream = stream.filter("trim", end_frame=timeline.frames_of(output))
    return stream


def _watermarks(
    graph: Graph, mark: Watermark | None, facts: Mapping[str, SourceFacts], outputs: Sequence[Output]
) -> list[Stream] | list[None]:
    if mark is None:
        return [None] * len(outputs)
    source = facts[mark.source]
    image = graph.input(str(source.path), source.video_index)
    image = image.filter("format", "rgba").filter("colorchannelmixer", aa=f"{mark.opacity:.3f}")
    copies = image.split("split", len(outputs))
    return [
        copy.filter("scale", max(2, round(output.width * mark.width_ratio)), -1, flags="bicubic")
        for copy, output in zip(copies, outputs, strict=True)
    ]


def _marked(stream: Stream, image: Stream | None, mark: Watermark | None) -> Stream:
    if image is None or mark is None:
        return stream
    vertical, _, horizontal = mark.corner.partition("-")
    margin = "min(W,H)*0.035"
    x = margin if horizontal == "left" else f"W-w-{margin}"
    y = margin if vertical == "top" else f"H-h-{margin}"
    return stream.graph.filter([stream, image], "overlay", x=x, y=y)


def _text(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
