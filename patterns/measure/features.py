"""The result of a measurement: plain facts with their times, documented key by key in docs/measure.md.

Times are seconds from the start of the file as a player shows it, rounded to 1e-3. A value that could not be measured
is null, and `layers` says why. The same engine version, FFmpeg build and architecture give the same bytes.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

RELIABLE_SPEECH = 0.6  # confidence from which something may be claimed from a phrase
RELIABLE_TEXT = 0.95  # the same for a text: below it are mostly letters seen in texture, and words cut off


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LayerName(StrEnum):
    PROBE = "probe"
    CUTS = "cuts"
    TRANSITIONS = "transitions"
    MOTION = "motion"
    PICTURE = "picture"
    LOUDNESS = "loudness"
    SILENCE = "silence"
    SPEECH = "speech"
    MUSIC = "music"
    HOOK = "hook"
    OVERLAYS = "overlays"


class LayerStatus(StrEnum):
    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


class Layer(_Fact):
    status: LayerStatus
    message: str = ""


class Cut(_Fact):
    time_s: float
    frame: int  # first frame of the new shot, counted from 0 in decoding order of display
    kind: str  # hard, jump
    confidence: float  # 0.5..1


class Transition(_Fact):
    start_s: float
    end_s: float
    kind: str  # dissolve, fade_in, fade_out, fade_through, wipe
    confidence: float


class Span(_Fact):
    start_s: float
    end_s: float


class Phrase(Span):
    confidence: float  # 0..1 that it is speech; below RELIABLE_SPEECH nothing is claimed from it


class Silence(Span):
    kind: str  # silence: nothing is heard; pause: a voice rests while something else goes on


class Shot(_Fact):
    start_s: float
    end_s: float
    duration_s: float
    motion: float | None  # mean motion, as in `motion`
    brightness: float | None  # 0..1


class Curve(_Fact):
    """`values[i]` is measured around `(i + 0.5) x step_s`."""

    step_s: float
    values: list[float | None]


class Pace(_Fact):
    shots: int
    cuts_per_10s: float
    changes_per_10s: list[int]  # cuts and transitions in each ten seconds
    shot_mean_s: float
    shot_median_s: float
    shot_shortest_s: float
    shot_longest_s: float


class Motion(_Fact):
    """Change from picture to picture as a share of full scale per second; 0 is a still."""

    mean: float
    peak: float
    still_ratio: float  # share of the time without visible motion
    curve: Curve


class Picture(_Fact):
    brightness: float  # mean luma 0..1
    contrast: float  # mean spread of luma 0..1
    saturation: float  # mean distance from grey 0..1
    warmth: float  # -1 blue .. 1 red
    brightness_curve: Curve


class Loudness(_Fact):
    integrated_lufs: float | None  # EBU R128, null below the gate
    range_lu: float | None
    true_peak_db: float | None  # dBTP
    curve: Curve  # momentary loudness in LUFS, null below -70


class SpeechStats(_Fact):
    """Of the reliable phrases."""

    total_s: float
    share_ratio: float
    syllables_per_s: float | None  # while speaking; peaks of the voice band, language-free
    longest_pause_s: float


class Music(_Fact):
    present: bool
    share_ratio: float
    confidence: float


class Box(_Fact):
    """A place in the picture as shown, in shares of its width and height."""

    left: float
    top: float
    width: float
    height: float


class Overlay(Span):
    """Text in the picture; lines that come and go together are one, with a line break between them."""

    text: str
    box: Box
    confidence: float  # 0..1 that it reads so; below RELIABLE_TEXT nothing is claimed from it


class Hook(_Fact):
    """The first three seconds."""

    window_s: float
    first_cut_s: float | None
    cuts: int
    motion: float | None
    motion_step: float | None  # motion of the hook over the motion of the rest
    first_speech_s: float | None
    speech_ratio: float | None
    loudness_lufs: float | None
    loudness_step_lu: float | None  # hook minus the rest
    first_text_s: float | None
    starts_black: bool | None
    brightness: float | None


class Audio(_Fact):
    codec: str
    sample_rate: int
    channels: int
    layout: str
    start_s: float


class Features(_Fact):
    engine_version: str
    ffmpeg_version: str
    duration_s: float
    fps: float
    frames: int
    variable_frame_rate: bool
    width: int  # as shown: rotated, pixels made square
    height: int
    coded_width: int
    coded_height: int
    rotation: int
    mirrored: bool  # before it is rotated
    aspect: str  # the nearest common name such as 9:16, else width:1
    aspect_ratio: float
    container: str
    video_codec: str
    pixel_format: str
    hdr: bool
    video_start_s: float
    has_audio: bool
    audio: Audio | None
    cuts: list[Cut] | None
    transitions: list[Transition] | None
    flashes: list[Span] | None
    shots: list[Shot] | None
    pace: Pace | None
    motion: Motion | None
    picture: Picture | None
    loudness: Loudness | None
    silences: list[Silence] | None
    speech: list[Phrase] | None
    speech_stats: SpeechStats | None
    tempo_bpm: float | None
    tempo_confidence: float | None
    music: Music | None
    hook: Hook | None
    overlays: list[Overlay] | None
    voice_version: str | None  # what heard the voice
    ocr_version: str | None  # what read the text
    ocr_frames: int | None  # pictures that were read
    ocr_chosen: int | None  # pictures that were to be read
    layers: dict[LayerName, Layer]

    def to_json(self) -> str:
        return self.model_dump_json()
