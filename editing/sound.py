"""The sound of an edit as an FFmpeg graph: joined, mixed with music, and brought to the wanted loudness."""

import math
from collections.abc import Mapping
from typing import Final

from editing.graph import Graph, Stream
from editing.inputs import seeking
from editing.plan import Audio, EditPlan, Music
from editing.sources import SourceFacts
from editing.timeline import Clip, Timeline

RATE: Final = 48_000
_DECLICK_S: Final = 0.006
_AAC_HEADROOM_DB: Final = 1.0  # how much AAC may overshoot the limiter on noise-like sound


def mix(graph: Graph, plan: EditPlan, timeline: Timeline, facts: Mapping[str, SourceFacts]) -> Stream | None:
    """The finished mix before loudness, or None when the edit has no sound at all."""
    speaks = [plan.audio.source_sound and facts[clip.part.source].audio_index is not None for clip in timeline.clips]
    bed = plan.audio.music
    has_music = bed is not None and facts[bed.source].audio_index is not None
    voice = _voice(graph, timeline, facts, speaks) if any(speaks) else None
    if not has_music or bed is None:
        return voice
    music = _music(graph, bed, timeline, facts[bed.source])
    if voice is None:
        return music
    if bed.duck:
        voice, key = voice.split("asplit", 2)
        music = graph.filter(
            [music, key], "sidechaincompress", threshold=0.03, ratio=8, attack=20, release=450, makeup=1
        )
    return graph.filter([voice, music], "amix", inputs=2, duration="first", normalize=0)


def finish(audio: Stream, wanted: Audio, gain_db: float) -> Stream:
    """Gain and a limiter for the true peak: it works at four times the rate, where peaks between samples show."""
    ceiling = 10 ** ((wanted.true_peak_db - _AAC_HEADROOM_DB) / 20)
    return (
        audio.filter("volume", f"{gain_db:.3f}dB", precision="double")
        .filter("aresample", RATE * 4)
        .filter("alimiter", limit=f"{ceiling:.5f}", level="disabled", attack=5, release=60)
        .filter("aresample", RATE)
        .filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
    )


def cut_to(audio: Stream, seconds: float, *, is_cut: bool) -> Stream:
    """Exactly `seconds` of sound; where the edit is cut short it fades out instead of breaking off."""
    samples = round(seconds * RATE)
    audio = audio.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
    if is_cut:
        length = min(0.3, seconds / 4)
        audio = audio.filter("afade", type="out", start_time=f"{seconds - length:.3f}", duration=f"{length:.3f}")
    return audio


def _voice(graph: Graph, timeline: Timeline, facts: Mapping[str, SourceFacts], speaks: list[bool]) -> Stream:
    silences = _silence(graph, timeline.duration_s + 1, speaks.count(False))
    pending: list[Stream] = []
    for place, (clip, is_heard) in enumerate(zip(timeline.clips, speaks, strict=True)):
        samples = _sample(timeline, clip.start + clip.frames) - _sample(timeline, clip.start)
        stream = _heard(graph, clip, facts[clip.part.source]) if is_heard else silences.pop()
        stream = (
            stream.filter("apad", whole_len=samples).filter("atrim", end_sample=samples).filter("asetpts", "N/SR/TB")
        )
        before = timeline.clips[place - 1] if place else None
        if is_heard:
            stream = _faded(stream, timeline, clip, before, samples)
        if before is not None and before.overlap:
            overlap = _sample(timeline, clip.start + before.overlap) - _sample(timeline, clip.start)
            joined = _joined(graph, pending)
            pending = [graph.filter([joined, stream], "acrossfade", nb_samples=overlap, c1="tri", c2="tri")]
        else:
            pending.append(stream)
    return _joined(graph, pending)


def _heard(graph: Graph, clip: Clip, source: SourceFacts) -> Stream:
    """The sound of one clip. Gaps and a late start in the source become silence, so that it stays with the picture."""
    part = clip.part
    length = part.end_s - part.start_s
    open_s = source.seek_s(part.start_s)
    skipped = part.start_s - open_s
    span = f"{skipped + length + 0.5:.6f}"
    stream = (
        graph.input(str(source.path), source.audio_index, t=span, vn=None, **seeking(open_s))
        .filter("atrim", start=f"{skipped:.6f}", end=f"{skipped + length:.6f}")
        .filter("asetpts", f"PTS-{skipped:.6f}/TB")
        .filter("aresample", RATE, **{"async": 1, "first_pts": 0})
        .filter("aformat", sample_fmts="fltp", sample_rates=RATE, channel_layouts="stereo")
    )
    for factor in _tempos(part.speed):
        stream = stream.filter("atempo", f"{factor:.6f}")
    return stream


def _tempos(speed: float) -> list[float]:
    """`atempo` keeps its quality between a half and double speed; more is reached in equal steps."""
    if abs(speed - 1) < 1e-6:
        return []
    steps = max(1, math.ceil(abs(math.log2(speed)) - 1e-9))
    return [speed ** (1 / steps)] * steps


def _faded(stream: Stream, timeline: Timeline, clip: Clip, before: Clip | None, samples: int) -> Stream:
    """Short fades where a cut would click, long ones where the picture dips to black."""
    click = min(round(_DECLICK_S * RATE), samples // 4)
    dip_in = before.dip if before else 0
    if before is not None and not before.overlap:
        stream = stream.filter("afade", type="in", start_sample=0, nb_samples=_sample(timeline, dip_in) or click)
    if not clip.overlap:
        out = _sample(timeline, clip.dip) or click
        stream = stream.filter("afade", type="out", start_sample=samples - out, nb_samples=out)
    return stream


def _music(graph: Graph, bed: Music, timeline: Timeline, source: SourceFacts) -> Stream:
    length = timeline.duration_s
    fade = min(bed.fade_out_s, length / 2)
    open_s = source.seek_s(bed.start_s)
    skipped = bed.start_s - open_s
    stream = (
        graph.input(str(source.path), source.audio_index, stream_loop=-1, vn=None, **seeking(open_s))
        .filter("aresample", RATE)
        .filter("aformat", sample_fmts="fltp", sample_rates=RATE, channel_layouts="stereo")
        .filter("atrim", start=f"{skipped:.6f}", end=f"{skipped + length:.6f}")
        .filter("asetpts", "N/SR/TB")
        .filter("volume", f"{bed.gain_db:.2f}dB")
    )
    if fade > 0:
        stream = stream.filter("afade", type="out", start_time=f"{length - fade:.3f}", duration=f"{fade:.3f}")
    return stream


def _silence(graph: Graph, seconds: float, count: int) -> list[Stream]:
    if not count:
        return []
    source = graph.input(f"anullsrc=r={RATE}:cl=stereo", "a", f="lavfi", t=f"{seconds:.3f}")
    source = source.filter("aformat", sample_fmts="fltp", sample_rates=RATE, channel_layouts="stereo")
    return source.split("asplit", count)


def _joined(graph: Graph, streams: list[Stream]) -> Stream:
    if len(streams) == 1:
        return streams[0]
    return graph.filter(streams, "concat", n=len(streams), v=0, a=1)


def _sample(timeline: Timeline, frame: int) -> int:
    return round(frame * RATE / timeline.rate)
