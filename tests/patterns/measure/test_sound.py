"""Voice, pauses, tempo and music from samples of known making."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.measure import beds, music
from benchmarks.measure.scoring import score_time
from benchmarks.measure.sound import RATE as SOURCE_RATE
from benchmarks.measure.sound import Soundtrack, phrase, soundtrack
from patterns.measure import LayerName, engine, rhythm, vad, voice
from patterns.measure.audio_pass import RATE, Analyser, Meter, Sound
from patterns.measure.layers import Layers

SECONDS = 14.0


def analysed(samples: NDArray[np.float64], source_rate: int = SOURCE_RATE) -> Sound:
    """As the audio pass would hear it: at 16 kHz, in uneven pieces."""
    step = source_rate // RATE
    smooth = samples[: len(samples) // step * step].reshape(-1, step).mean(axis=1) if step > 1 else samples
    data = (0.8 * smooth / max(1e-9, np.abs(smooth).max())).astype(np.float32)
    analyser = Analyser()
    for start in range(0, len(data), 5003):
        analyser.feed(data[start : start + 5003])
    analyser.feed(np.zeros(0, np.float32), last=True)
    return analyser.sound(Meter())


def heard(track: Soundtrack) -> tuple[Sound, list[voice.Phrase], list[tuple[voice.Stretch, str]]]:
    sound = analysed(track.samples)
    speech = voice.measure(sound).speech
    return sound, speech, voice.silences(sound, speech)


def spans(stretches: Sequence[voice.Stretch]) -> list[tuple[float, float]]:
    return [(stretch.start_s, stretch.end_s) for stretch in stretches]


class TestVoice:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    @pytest.mark.parametrize(("bed", "least"), [(0.0, 0.95), (0.06, 0.9), (0.25, 0.85)])
    def test_speech_and_pauses(self, seed: int, bed: float, least: float) -> None:
        track = soundtrack(seed, SECONDS, bed=bed)
        _, speech, silences = heard(track)
        spoken = score_time(spans(speech), track.speech, SECONDS)
        assert spoken.recall >= 0.9
        assert spoken.precision >= 0.9
        rests = score_time(spans([stretch for stretch, _ in silences]), track.rests, SECONDS)
        assert rests.recall >= least
        assert rests.precision >= 0.8

    def test_pauses_under_music_are_no_silence(self) -> None:
        for bed, kind in ((0.0, "silence"), (0.2, "pause")):
            _, _, silences = heard(soundtrack(4, SECONDS, bed=bed))
            assert silences
            assert {name for _, name in silences} == {kind}

    @pytest.mark.parametrize("seed", [1, 2, 3, 4])
    @pytest.mark.parametrize("drums", [True, False])
    def test_music_alone_is_no_speech(self, seed: int, drums: bool) -> None:
        track = soundtrack(seed, SECONDS, voice=False, bed=0.8, drums=drums)
        _, speech, silences = heard(track)
        assert speech == []
        assert silences == []

    @pytest.mark.parametrize("kind", music.KINDS)
    @pytest.mark.parametrize(("gain", "bpm"), [(0.08, 160), (0.12, 136), (0.32, 100), (0.5, 136)])
    def test_a_pause_is_found_whatever_music_plays_on(self, kind: str, gain: float, bpm: int) -> None:
        track, _ = beds.draw(1, beds.Clip(kind, gain, bpm, "drawn"))
        _, speech, silences = heard(track)
        spoken = score_time(spans(speech), track.speech, beds.SECONDS)
        assert spoken.precision >= 0.87
        assert spoken.recall >= 0.85
        rests = score_time(spans([stretch for stretch, _ in silences]), track.rests, beds.SECONDS)
        assert rests.recall >= 0.75
        assert rests.precision >= 0.8

    @pytest.mark.parametrize("kind", music.KINDS)
    def test_no_kind_of_music_is_taken_for_a_voice(self, kind: str) -> None:
        samples = music.bed(kind, np.random.default_rng(7), SECONDS, 136)
        _, speech, _ = heard(Soundtrack(samples))
        assert sum(phrase.length_s for phrase in speech if phrase.reliable) <= 0.05 * SECONDS

    def test_a_word_that_stands_alone_before_music_makes_no_pause(self) -> None:
        rng = np.random.default_rng(9)
        samples = 0.1 * music.bed("pad", rng, 12.0, 100)
        word = phrase(rng, 0.9, 130.0)
        samples[3 * SOURCE_RATE : 3 * SOURCE_RATE + len(word)] += word / np.abs(word).max()
        _, speech, silences = heard(Soundtrack(samples))
        assert [found.reliable for found in speech] == [False]
        assert silences == []

    def test_music_before_the_first_word_and_after_the_last_is_no_pause(self) -> None:
        rng = np.random.default_rng(9)
        samples = 0.1 * music.bed("band", rng, 14.0, 100)
        for start in (4, 8):
            words = phrase(rng, 2.5, 130.0)
            samples[start * SOURCE_RATE : start * SOURCE_RATE + len(words)] += words / np.abs(words).max()
        _, _, silences = heard(Soundtrack(samples))
        assert [(round(s.start_s, 1), round(s.end_s, 1), kind) for s, kind in silences] == [(6.5, 8.0, "pause")]

    def test_a_missing_voice_detector_skips_speech_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing() -> None:
            raise vad.VadMissing("no module")

        monkeypatch.setattr(vad, "model", missing)
        sound = analysed(soundtrack(4, SECONDS).samples)
        assert sound.voice_p is None
        state = Layers(tuple(LayerName))
        found = engine._heard(sound, state)
        assert found.speech is None
        assert found.loudness is not None
        assert found.silences
        assert vad.PACKAGE in state.status()[LayerName.SPEECH].message

    def test_silence_alone(self) -> None:
        sound = analysed(np.zeros(SOURCE_RATE * 3))
        assert voice.measure(sound).speech == []
        ((stretch, kind),) = voice.silences(sound, [])
        assert (kind, stretch.start_s) == ("silence", 0.0)
        assert stretch.end_s == pytest.approx(3.0, abs=0.06)

    def test_a_tone_that_stops(self) -> None:
        t = np.arange(SOURCE_RATE * 8) / SOURCE_RATE
        gate = (t % 2.0) < 1.2
        _, speech, silences = heard(Soundtrack(np.sin(2 * np.pi * 900 * t) * gate))
        assert speech == []
        assert [(round(s.start_s, 1), round(s.end_s, 1)) for s, _ in silences] == [
            (1.2, 2.0),
            (3.2, 4.0),
            (5.2, 6.0),
            (7.2, 8.0),
        ]

    def test_speaking_faster_has_more_syllables(self) -> None:
        def rate(per_second: float) -> float:
            t = np.arange(SOURCE_RATE * 8) / SOURCE_RATE
            pitch = np.cumsum(140 + 25 * np.sin(2 * np.pi * 0.9 * t)) / SOURCE_RATE
            tone = sum(np.sin(2 * np.pi * k * pitch) / k for k in range(1, 20))
            sound = analysed(tone * 0.5 * (1 + np.sin(2 * np.pi * per_second * t)))
            # A swelling tone is no voice; here it stands for one that is heard throughout.
            assert sound.voice_p is not None
            found = voice.measure(replace(sound, voice_p=np.ones_like(sound.voice_p))).syllables_per_s
            assert found is not None
            return found

        assert rate(3.0) == pytest.approx(3.0, rel=0.15)
        assert rate(5.0) == pytest.approx(5.0, rel=0.15)


class TestTempo:
    @pytest.mark.parametrize("seed", range(1, 9))
    def test_a_bed_under_a_voice(self, seed: int) -> None:
        track = soundtrack(seed, SECONDS, bed=0.15)
        sound, speech, _ = heard(track)
        found = rhythm.measure(sound, speech)
        assert found.present
        assert found.tempo is not None
        assert found.tempo.bpm == pytest.approx(track.bpm, rel=0.02)

    @pytest.mark.parametrize("bpm", [72.0, 99.5, 120.0, 143.0, 170.0])
    def test_clicks(self, bpm: float) -> None:
        samples = np.zeros(SOURCE_RATE * 15)
        click = np.sin(2 * np.pi * 1000 * np.arange(1600) / SOURCE_RATE) * np.exp(-np.arange(1600) / 300)
        for beat in np.arange(0.1, 14.9, 60 / bpm):
            samples[int(beat * SOURCE_RATE) : int(beat * SOURCE_RATE) + 1600] += click
        found = rhythm.tempo(analysed(samples))
        assert found is not None
        assert found.bpm == pytest.approx(bpm, rel=0.02)

    @pytest.mark.parametrize("seed", [1, 2, 3, 4])
    def test_a_voice_alone_has_no_tempo_and_is_no_music(self, seed: int) -> None:
        sound, speech, _ = heard(soundtrack(seed, SECONDS))
        found = rhythm.measure(sound, speech)
        assert not found.present
        assert found.tempo is None

    def test_too_short_for_a_tempo(self) -> None:
        assert rhythm.tempo(analysed(np.random.default_rng(1).standard_normal(SOURCE_RATE))) is None


class TestAnyLength:
    @pytest.mark.parametrize("count", [0, 1, 200, 700, 5000, 16000])
    def test_nothing_is_too_short(self, count: int) -> None:
        sound = (
            analysed(np.random.default_rng(count).standard_normal(count), RATE) if count else Analyser().sound(Meter())
        )
        speech = voice.measure(sound).speech
        assert voice.silences(sound, speech) is not None
        assert rhythm.measure(sound, speech).tempo is None

    def test_pieces_do_not_change_the_facts(self) -> None:
        data = np.random.default_rng(5).standard_normal(RATE * 2).astype(np.float32) * np.float32(0.1)
        results = []
        for piece in (len(data), 777):
            analyser = Analyser()
            for start in range(0, len(data), piece):
                analyser.feed(data[start : start + piece])
            analyser.feed(np.zeros(0, np.float32), last=True)
            results.append(analyser.sound(Meter()))
        assert np.array_equal(results[0].levels, results[1].levels)
        assert np.array_equal(results[0].onsets, results[1].onsets)
