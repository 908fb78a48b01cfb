"""One measurement from file to Features: probe, one reading of the audio, one of the video, then the facts.

A layer that fails takes nothing else with it: its value is null and its status says why. What makes the file as a whole
unmeasurable raises MeasureError.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from videofile.ffmpeg import FfmpegError, binary, version
from videofile.probe import Sound as SoundStream

from . import audio_pass, cuts, gradual, hook, ocr, overlays, rhythm, shots, text_pass, vad, video_pass, voice
from .audio_pass import Sound
from .errors import MeasureCode, MeasureError
from .features import (
    RELIABLE_TEXT,
    Audio,
    Box,
    Cut,
    Features,
    LayerName,
    Loudness,
    Motion,
    Music,
    Overlay,
    Pace,
    Phrase,
    Picture,
    Shot,
    Silence,
    Span,
    SpeechStats,
    Transition,
)
from .layers import Layers
from .probe import Probe, probe
from .video_pass import Footage

ENGINE_VERSION = "1.6.0"
AUDIO_LAYERS = (LayerName.LOUDNESS, LayerName.SILENCE, LayerName.SPEECH, LayerName.MUSIC)
VIDEO_LAYERS = (LayerName.CUTS, LayerName.TRANSITIONS, LayerName.MOTION, LayerName.PICTURE)
NO_AUDIO = "This video has no audio track."
NO_DETECTOR = f"Speech was not looked for: the packages {vad.PACKAGE} and onnxruntime do not run here."
SHORT_S, SHORT_SHARE = 1.0, 0.1

Progress = Callable[[LayerName, float], None]


def measure(
    path: str | Path,
    *,
    ffmpeg: str | None = None,
    layers: Collection[LayerName] | None = None,
    progress: Progress | None = None,
) -> Features:
    """Measures the file at `path`.

    `ffmpeg` names another binary (else FFMPEG_BINARY, else the bundled one). `layers` limits the work; probing is
    always done. `progress` hears a layer and how much of it is done, 0 to 100. Raises MeasureError.
    """
    tell = progress or (lambda layer, pct: None)
    try:
        exe = binary(ffmpeg)
        build = version(exe)
    except FfmpegError as error:
        raise MeasureError(MeasureCode.FFMPEG_MISSING, error.message) from error
    state = Layers(layers if layers is not None else tuple(LayerName))
    facts = probe(Path(path).absolute())
    film = facts.film
    tell(LayerName.PROBE, 100.0)
    sound = _listen(exe, facts, state, tell)
    footage = _look(exe, facts, state, tell)
    _refuse_cut_off(facts, footage, sound)
    duration = _duration(facts, footage)
    seen = _seen(footage, state, duration)
    heard = _heard(sound, state)
    for layer in (*AUDIO_LAYERS, *VIDEO_LAYERS):
        tell(layer, 100.0)
    texts = _read(facts, footage, seen, state, tell)
    shown = None if texts is None or footage is None else _overlay_facts(texts.overlays, footage, duration)
    sure = None if shown is None else [one for one in shown if one.confidence >= RELIABLE_TEXT]
    first = state.run(
        LayerName.HOOK,
        lambda: hook.measure(duration, seen.light, seen.cuts, heard.reliable, sound.meter if sound else None, sure),
    )
    tell(LayerName.HOOK, 100.0)
    state.run(LayerName.PROBE, lambda: None)
    return Features(
        engine_version=ENGINE_VERSION,
        ffmpeg_version=build,
        duration_s=duration,
        fps=round(facts.fps, 3),
        frames=len(footage.stamps) if footage else 0,
        variable_frame_rate=film.timing.rate.varies,
        width=film.width,
        height=film.height,
        coded_width=film.coded_width,
        coded_height=film.coded_height,
        rotation=film.orientation.turn_deg,
        mirrored=film.orientation.mirrored,
        aspect=facts.aspect,
        aspect_ratio=round(facts.aspect_ratio, 4),
        container=facts.container,
        video_codec=film.codec,
        pixel_format=film.pixel_format or "unknown",
        hdr=film.is_hdr,
        video_start_s=round(film.timing.start_s, 3),
        has_audio=facts.sound is not None,
        audio=_audio(facts.sound),
        cuts=_cut_facts(seen.cuts),
        transitions=_transition_facts(seen.transitions),
        flashes=seen.flashes,
        shots=seen.shots,
        pace=seen.pace,
        motion=seen.motion,
        picture=seen.picture,
        loudness=heard.loudness,
        silences=heard.silences,
        speech=None if heard.speech is None else [_phrase(phrase) for phrase in heard.speech],
        speech_stats=heard.speech_stats,
        tempo_bpm=heard.tempo.bpm if heard.tempo else None,
        tempo_confidence=heard.tempo.confidence if heard.tempo else None,
        music=heard.music,
        hook=first,
        overlays=shown,
        voice_version=None if heard.speech is None else vad.version(),
        ocr_version=None if texts is None else ocr.version(),
        ocr_frames=None if texts is None else texts.read,
        ocr_chosen=None if texts is None else texts.chosen,
        layers=state.status(),
    )


def _listen(exe: str, facts: Probe, state: Layers, tell: Progress) -> Sound | None:
    if facts.sound is None:
        state.skip(NO_AUDIO, *AUDIO_LAYERS)
        return None
    if not state.wants(*AUDIO_LAYERS):
        state.skip("Not asked for.", *AUDIO_LAYERS)
        return None
    try:
        sound = audio_pass.run(
            exe, facts.path, facts.sound.index, lambda s: tell(LayerName.LOUDNESS, _share(s, facts.duration_s))
        )
    except audio_pass.AudioFailed as error:
        state.fail(str(error), *AUDIO_LAYERS)
        return None
    tell(LayerName.LOUDNESS, 100.0)
    return sound


def _look(exe: str, facts: Probe, state: Layers, tell: Progress) -> Footage | None:
    if not state.wants(*VIDEO_LAYERS, LayerName.OVERLAYS):
        state.skip("Not asked for.", *VIDEO_LAYERS, LayerName.OVERLAYS)
        return None
    footage = video_pass.run(exe, facts, lambda s: tell(LayerName.CUTS, _share(s, facts.duration_s)))
    tell(LayerName.CUTS, 100.0)
    return footage


def _share(reached_s: float, duration_s: float) -> float:
    return min(99.0, 100.0 * reached_s / duration_s) if duration_s > 0 else 0.0


def _refuse_cut_off(facts: Probe, footage: Footage | None, sound: Sound | None) -> None:
    """A file that promises more than it holds, and of which FFmpeg says that data is missing, is no basis for facts."""
    if footage is None or not footage.complaints:
        return
    promised = facts.film.timing.promised_s
    reached = footage.end_s
    if promised > facts.duration_s and sound is not None:
        reached = max(reached, sound.seconds)
    if promised - reached > max(SHORT_S, SHORT_SHARE * promised):
        raise MeasureError(
            MeasureCode.TRUNCATED,
            f"This video is cut off: it should be {promised:.0f} seconds long, but only {max(0.0, reached):.0f} "
            "seconds can be read. Upload the complete file.",
        )


def _duration(facts: Probe, footage: Footage | None) -> float:
    """The usable length: up to the end of the last picture, of those that could be decoded."""
    return round(footage.end_s if footage else facts.duration_s, 3)


def _audio(stream: SoundStream | None) -> Audio | None:
    if stream is None:
        return None
    return Audio(
        codec=stream.codec,
        sample_rate=stream.sample_rate,
        channels=stream.channels,
        layout=stream.layout,
        start_s=round(stream.start_s, 3),
    )


@dataclass(frozen=True)
class _Seen:
    light: shots.Light | None = None
    cuts: list[cuts.Cut] | None = None
    flashes: list[Span] | None = None
    transitions: list[gradual.Transition] | None = None
    shots: list[Shot] | None = None
    pace: Pace | None = None
    motion: Motion | None = None
    picture: Picture | None = None


def _seen(footage: Footage | None, state: Layers, duration: float) -> _Seen:
    if footage is None:
        return _Seen()
    trace = footage.trace
    found = state.run(LayerName.CUTS, lambda: cuts.find(trace), missing=footage.damage)
    bursts = cuts.flashes(trace)
    frames = [cut.frame for cut in found or ()]
    transitions = state.run(LayerName.TRANSITIONS, lambda: gradual.find(trace, frames, bursts))
    light = shots.Light(trace, frames)
    shot_list = None if found is None else shots.shots(light, found, transitions or [], duration)
    times = trace.times_ms / 1000.0
    flashes = [Span(start_s=float(times[a]), end_s=float(times[min(b, len(times) - 1)])) for a, b in bursts]
    return _Seen(
        light=light,
        cuts=found,
        flashes=flashes,
        transitions=transitions,
        shots=shot_list,
        pace=None if shot_list is None else shots.pace(shot_list, duration),
        motion=state.run(LayerName.MOTION, lambda: shots.motion(light, duration)),
        picture=state.run(LayerName.PICTURE, lambda: shots.picture(light, duration)),
    )


def _read(facts: Probe, footage: Footage | None, seen: _Seen, state: Layers, tell: Progress) -> text_pass.Texts | None:
    if footage is None:
        return None
    if not state.wants(LayerName.OVERLAYS):
        state.skip("Not asked for.", LayerName.OVERLAYS)
        return None
    times = footage.trace.times_ms
    cut_frames = [cut.frame for cut in seen.cuts or ()]
    ends = [(t.start_ms, t.end_ms) for t in seen.transitions or ()]
    spans = [(int(np.searchsorted(times, a)), int(np.searchsorted(times, b))) for a, b in ends]
    try:
        texts = text_pass.run(facts, footage, cut_frames, spans, lambda share: tell(LayerName.OVERLAYS, 99.0 * share))
    except text_pass.TextMissing as error:
        state.skip(str(error), LayerName.OVERLAYS)
        return None
    except text_pass.TextFailed as error:
        state.fail(str(error), LayerName.OVERLAYS)
        return None
    tell(LayerName.OVERLAYS, 100.0)
    return state.run(LayerName.OVERLAYS, lambda: texts, missing=texts.missing)


@dataclass(frozen=True)
class _Heard:
    loudness: Loudness | None = None
    silences: list[Silence] | None = None
    speech: list[voice.Phrase] | None = None
    speech_stats: SpeechStats | None = None
    tempo: rhythm.Tempo | None = None
    music: Music | None = None

    @property
    def reliable(self) -> list[voice.Phrase] | None:
        return None if self.speech is None else [phrase for phrase in self.speech if phrase.reliable]


def _heard(sound: Sound | None, state: Layers) -> _Heard:
    if sound is None:
        return _Heard()
    spoken = None
    if sound.voice_p is None:
        state.skip(NO_DETECTOR, LayerName.SPEECH)
    else:
        spoken = state.run(LayerName.SPEECH, lambda: voice.measure(sound))
    speech = spoken.speech if spoken else None
    quiet = state.run(LayerName.SILENCE, lambda: voice.silences(sound, speech or []))
    beat = state.run(LayerName.MUSIC, lambda: rhythm.measure(sound, speech or []))
    return _Heard(
        loudness=state.run(LayerName.LOUDNESS, lambda: _loudness(sound)),
        silences=None if quiet is None else [_silence(stretch, kind) for stretch, kind in quiet],
        speech=speech,
        speech_stats=None if spoken is None else _speech_stats(spoken, sound),
        tempo=beat.tempo if beat else None,
        music=None
        if beat is None
        else Music(present=beat.present, share_ratio=beat.share_ratio, confidence=beat.confidence),
    )


def _loudness(sound: Sound) -> Loudness:
    meter = sound.meter
    return Loudness(
        integrated_lufs=meter.integrated,
        range_lu=meter.range_lu,
        true_peak_db=meter.true_peak,
        curve=hook.loudness_curve(meter),
    )


def _speech_stats(spoken: voice.Voice, sound: Sound) -> SpeechStats:
    total = sum(phrase.length_s for phrase in spoken.reliable)
    pauses = [rest.length_s for rest in voice.rests(spoken.speech)]
    return SpeechStats(
        total_s=round(total, 3),
        share_ratio=round(total / max(sound.seconds, 1e-3), 3),
        syllables_per_s=spoken.syllables_per_s,
        longest_pause_s=round(max(pauses, default=0.0), 3),
    )


def _phrase(phrase: voice.Phrase) -> Phrase:
    return Phrase(start_s=round(phrase.start_s, 3), end_s=round(phrase.end_s, 3), confidence=phrase.confidence)


def _silence(stretch: voice.Stretch, kind: str) -> Silence:
    return Silence(start_s=round(stretch.start_s, 3), end_s=round(stretch.end_s, 3), kind=kind)


def _cut_facts(found: list[cuts.Cut] | None) -> list[Cut] | None:
    if found is None:
        return None
    return [Cut(time_s=c.time_ms / 1000, frame=c.frame, kind=c.kind.value, confidence=c.confidence) for c in found]


def _transition_facts(found: list[gradual.Transition] | None) -> list[Transition] | None:
    if found is None:
        return None
    return [
        Transition(start_s=t.start_ms / 1000, end_s=t.end_ms / 1000, kind=t.kind.value, confidence=t.confidence)
        for t in found
    ]


def _overlay_facts(found: list[overlays.Overlay], footage: Footage, duration: float) -> list[Overlay]:
    times = footage.trace.times_ms
    last = round(max(footage.end_s, duration), 3)
    return [
        Overlay(
            start_s=int(times[one.first]) / 1000,
            end_s=int(times[one.last]) / 1000 if one.last < len(times) else last,
            text=one.text,
            box=Box(
                left=round(one.box.left, 3),
                top=round(one.box.top, 3),
                width=round(one.box.width, 3),
                height=round(one.box.height, 3),
            ),
            confidence=one.confidence,
        )
        for one in found
    ]
