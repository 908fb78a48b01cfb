"""Compiles an edit plan to FFmpeg command lines.

The sound is joined, mixed and measured first, into one WAV file (seconds of work); then one run decodes the picture and
encodes every output, taking the finished sound as an input. No frame is decoded once per output, and between segments
that lie close together in a source none is decoded twice (`inputs.group`).

Every name in a command is relative to the work directory, and no text of a user is part of it: filter strings contain
numbers and names chosen here only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from editing import picture, sound
from editing.graph import Graph
from editing.inputs import Run
from editing.plan import EditPlan, Output
from editing.sources import SourceFacts
from editing.timeline import Timeline
from videofile import ffmpeg

MIX_NAME: Final = "mix.wav"
FONTS_NAME: Final = "fonts"


@dataclass(frozen=True, slots=True)
class Job:
    """What a compilation needs beside the plan: facts of its sources, the runs over them, and the limits."""

    plan: EditPlan
    timeline: Timeline
    facts: Mapping[str, SourceFacts]
    runs: Sequence[Run]
    binary: str
    threads: int


def caption_name(output: Output) -> str:
    """The ASS file of an output."""
    return f"{output.key}.ass"


def part_name(output: Output) -> str:
    """The file that FFmpeg writes; it gets its final name only after it was verified."""
    return f"{output.key}.part.mp4"


def sound_command(job: Job) -> list[str] | None:
    """The run that makes the finished mix; None when nothing in the edit is audible."""
    graph = Graph()
    mix = sound.mix(graph, job.plan, job.timeline, job.facts)
    if mix is None:
        return None
    measured = mix.filter("ebur128", peak="true", framelog="quiet")
    graph.output([measured], MIX_NAME, acodec="pcm_s24le", map_metadata=-1, rf64="auto")
    return _command(graph, job, loglevel="info")


def loudness_command(job: Job, gain_db: float) -> list[str]:
    """A run over the mix that measures it as it will be after gain and limiter."""
    graph = Graph()
    audio = sound.finish(graph.input(MIX_NAME, "a"), job.plan.audio, gain_db)
    graph.output([audio.filter("ebur128", peak="true", framelog="quiet")], "-", f="null")
    return _command(graph, job, loglevel="info")


def picture_command(job: Job, *, gain_db: float | None, captioned: frozenset[str]) -> list[str]:
    """The run that encodes every output of the plan. `gain_db` None means that there is no mix: silence is encoded.

    `captioned` names the outputs that have an ASS file.
    """
    plan, graph = job.plan, Graph()
    if gain_db is None:
        audio = graph.input("anullsrc=r=48000:cl=stereo", "a", f="lavfi", t=f"{job.timeline.duration_s + 1:.3f}")
    else:
        audio = sound.finish(graph.input(MIX_NAME, "a"), plan.audio, gain_db)
    sounds = audio.split("asplit", len(plan.outputs))
    pictures = picture.pictures(graph, plan, job.timeline, job.facts, job.runs, threads=job.threads)
    for output, shown, heard in zip(plan.outputs, pictures, sounds, strict=True):
        if output.key in captioned:
            shown = shown.filter("ass", filename=caption_name(output), fontsdir=FONTS_NAME)
        length = job.timeline.seconds_of(output)
        shown = shown.filter("format", "yuv420p")
        heard = sound.cut_to(heard, length, is_cut=length < job.timeline.duration_s - 0.05)
        graph.output([shown, heard], part_name(output), **_encoding(output, job.threads))
    return _command(graph, job, loglevel="warning")


def _encoding(output: Output, threads: int) -> dict[str, Any]:
    rate = output.rate
    return {
        "vcodec": "libx264",
        "preset": output.preset,
        "crf": output.crf,
        "maxrate": f"{output.max_bitrate_kbps}k",
        "bufsize": f"{2 * output.max_bitrate_kbps}k",
        "profile:v": "high",
        "pix_fmt": "yuv420p",
        "r": f"{rate.numerator}/{rate.denominator}",
        "fps_mode": "cfr",
        "g": round(2 * float(rate)),
        "colorspace": "bt709",
        "color_primaries": "bt709",
        "color_trc": "bt709",
        "color_range": "tv",
        "threads": threads,
        "acodec": "aac",
        "b:a": f"{output.audio_bitrate_kbps}k",
        "ar": 48000,
        "ac": 2,
        "movflags": "+faststart",
        # Nothing of the source's metadata (place, device, owner) is handed on, and the same plan gives the same bytes.
        "map_metadata": -1,
        "map_chapters": -1,
        "fflags": "+bitexact",
        "flags:v": "+bitexact",
        "flags:a": "+bitexact",
        "f": "mp4",
    }


def _command(graph: Graph, job: Job, *, loglevel: str) -> list[str]:
    return ffmpeg.command(
        job.binary, "-progress", "pipe:1", "-stats_period", "0.25", "-filter_complex_threads", "1", "-y",
        *graph.arguments(), loglevel=loglevel,
    )  # fmt: skip
