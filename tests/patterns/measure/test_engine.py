"""The whole measurement: facts together, failing layers alone, the same bytes again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.measure.timeline import Labels
from patterns.measure import (
    Features,
    LayerName,
    LayerStatus,
    MeasureCode,
    MeasureError,
    engine,
    measure,
    report,
    rhythm,
)
from patterns.measure.audio_pass import AudioFailed

from .conftest import FPS, Ffmpeg

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def facts(talking: tuple[Path, Labels]) -> Features:
    return measure(talking[0])


class TestFacts:
    def test_pictures(self, facts: Features, talking: tuple[Path, Labels]) -> None:
        labels = talking[1]
        assert facts.cuts is not None
        assert facts.transitions is not None
        assert facts.flashes is not None
        assert [cut.frame for cut in facts.cuts] == [frame for frame, _ in labels.cuts]
        assert [t.kind for t in facts.transitions] == ["dissolve"]
        assert facts.transitions[0].start_s * FPS == pytest.approx(labels.transitions[0][0], abs=3)
        assert len(facts.flashes) == 1

    def test_shots_fill_the_video_without_a_gap(self, facts: Features) -> None:
        assert facts.shots is not None
        assert facts.pace is not None
        assert facts.shots[0].start_s == 0.0
        assert facts.shots[-1].end_s == facts.duration_s
        assert all(a.end_s == b.start_s for a, b in zip(facts.shots, facts.shots[1:], strict=False))
        assert facts.pace.shots == len(facts.shots) == 4
        assert sum(facts.pace.changes_per_10s) == 3
        assert facts.pace.cuts_per_10s == pytest.approx(3 / facts.duration_s * 10, abs=0.01)

    def test_speech_and_pauses_under_a_bed(self, facts: Features, talking: tuple[Path, Labels]) -> None:
        labels = talking[1]
        assert facts.speech is not None
        assert facts.silences is not None
        assert len(facts.speech) == len(labels.speech)
        for found, (start, end) in zip(facts.speech, labels.speech, strict=True):
            assert found.start_s == pytest.approx(start, abs=0.12)
            assert found.end_s == pytest.approx(end, abs=0.15)
        for start, end in [gap for gap in labels.silences if gap[1] - gap[0] > 0.45]:
            assert any(s.start_s < (start + end) / 2 < s.end_s for s in facts.silences)

    def test_tempo_and_music(self, facts: Features, talking: tuple[Path, Labels]) -> None:
        assert facts.music is not None
        assert facts.music.present
        assert facts.tempo_bpm == pytest.approx(talking[1].bpm, rel=0.02)

    def test_loudness(self, facts: Features) -> None:
        assert facts.loudness is not None
        assert facts.loudness.integrated_lufs is not None
        assert -30 < facts.loudness.integrated_lufs < -8
        assert facts.loudness.true_peak_db is not None
        assert -12 < facts.loudness.true_peak_db < 1.5
        assert len(facts.loudness.curve.values) == pytest.approx(facts.duration_s / 0.1, abs=2)

    def test_hook(self, facts: Features) -> None:
        assert facts.hook is not None
        assert facts.cuts is not None
        assert facts.hook.first_cut_s == facts.cuts[0].time_s
        assert facts.hook.cuts == sum(cut.time_s < 3 for cut in facts.cuts)
        assert facts.hook.speech_ratio is not None
        assert 0 < facts.hook.speech_ratio <= 1

    def test_curves_cover_the_video(self, facts: Features) -> None:
        assert facts.motion is not None
        assert facts.picture is not None
        for curve in (facts.motion.curve, facts.picture.brightness_curve):
            assert len(curve.values) == int(np.ceil(facts.duration_s / curve.step_s))
            assert all(value is None or value >= 0 for value in curve.values)


class TestKnownLoudness:
    def test_a_tone_of_known_level(self, ffmpeg_make: Ffmpeg) -> None:
        """A 997 Hz sine of -23 dBFS in both channels is -23 LUFS (EBU Tech 3341, test 1)."""
        tone = "aevalsrc=exprs='0.0708*sin(2*PI*997*t)|0.0708*sin(2*PI*997*t)':s=48000:d=5"
        args = ("-f", "lavfi", "-i", "testsrc=s=64x64:r=10:d=5", "-f", "lavfi", "-i", tone, "-c:a", "pcm_s16le")
        found = measure(ffmpeg_make("tone.mkv", *args)).loudness
        assert found is not None
        assert found.integrated_lufs == pytest.approx(-23.0, abs=0.2)
        assert found.true_peak_db == pytest.approx(-23.0, abs=0.3)

    def test_digital_silence_has_no_loudness(self, ffmpeg_make: Ffmpeg) -> None:
        args = ("-f", "lavfi", "-i", "testsrc=s=64x64:r=10:d=2", "-f", "lavfi", "-i", "anullsrc=d=2", "-shortest")
        features = measure(ffmpeg_make("silent.mkv", *args))
        assert features.loudness is not None
        assert features.loudness.integrated_lufs is None
        assert features.speech == []
        assert features.tempo_bpm is None
        assert features.silences is not None
        assert [span.kind for span in features.silences] == ["silence"]


class TestContract:
    def test_documented_keys(self, facts: Features) -> None:
        found = json.loads(facts.to_json())
        assert set(found) >= {
            *("engine_version", "duration_s", "fps", "width", "height", "aspect", "has_audio", "cuts", "transitions"),
            *("shots", "silences", "speech", "loudness", "tempo_bpm", "motion", "hook", "overlays", "layers"),
        }
        assert set(found["cuts"][0]) == {"time_s", "frame", "kind", "confidence"}
        assert set(found["loudness"]) >= {"integrated_lufs", "true_peak_db", "curve"}
        assert found["layers"]["overlays"]["status"] == "ok"
        assert "rapidocr" in found["ocr_version"]
        assert set(found["layers"]) == {layer.value for layer in LayerName}

    def test_the_same_bytes_again(self, facts: Features, talking: tuple[Path, Labels]) -> None:
        assert measure(talking[0]).to_json() == facts.to_json()

    def test_every_time_is_rounded_to_a_millisecond(self, facts: Features) -> None:
        def times(value: object) -> list[float]:
            if isinstance(value, dict):
                own = [v for key, v in value.items() if key.endswith("_s") and isinstance(v, float)]
                return own + [t for v in value.values() for t in times(v)]
            return [t for v in value for t in times(v)] if isinstance(value, list) else []

        found = times(json.loads(facts.to_json()))
        assert len(found) > 20
        assert all(round(t, 3) == t for t in found)

    def test_only_wanted_layers(self, talking: tuple[Path, Labels]) -> None:
        features = measure(talking[0], layers=[LayerName.LOUDNESS])
        assert features.loudness is not None
        assert features.cuts is None
        assert features.speech is None
        assert features.layers[LayerName.CUTS].status is LayerStatus.SKIPPED

    def test_progress(self, talking: tuple[Path, Labels]) -> None:
        heard: list[tuple[LayerName, float]] = []
        measure(talking[0], progress=lambda layer, pct: heard.append((layer, pct)))
        assert heard[0] == (LayerName.PROBE, 100.0)
        cuts = [pct for layer, pct in heard if layer is LayerName.CUTS]
        assert cuts == sorted(cuts)
        assert cuts[-1] == 100.0
        assert all(0 <= pct <= 100 for _, pct in heard)

    def test_report_for_a_person(self, facts: Features) -> None:
        text = report.text(facts)
        assert "160x284 (9:16)" in text
        assert "Cuts: 2" in text
        assert f"{facts.tempo_bpm:g} beats a minute" in text


class TestFailure:
    def test_a_layer_that_fails_fails_alone(
        self, talking: tuple[Path, Labels], monkeypatch: pytest.MonkeyPatch, facts: Features
    ) -> None:
        def broken(*_: object) -> None:
            raise ValueError("no numbers")

        monkeypatch.setattr(rhythm, "measure", broken)
        features = measure(talking[0])
        assert features.layers[LayerName.MUSIC].status is LayerStatus.FAILED
        assert features.layers[LayerName.MUSIC].message
        assert (features.music, features.tempo_bpm) == (None, None)
        assert features.speech == facts.speech
        assert features.cuts == facts.cuts

    def test_sound_that_cannot_be_decoded(
        self, talking: tuple[Path, Labels], monkeypatch: pytest.MonkeyPatch, facts: Features
    ) -> None:
        def broken(*_: object) -> None:
            raise AudioFailed("The audio stream cannot be decoded.")

        monkeypatch.setattr(engine.audio_pass, "run", broken)
        features = measure(talking[0])
        assert features.cuts == facts.cuts
        assert features.loudness is None
        assert features.layers[LayerName.SPEECH].status is LayerStatus.FAILED
        assert features.has_audio

    def test_no_such_ffmpeg(self, two_shots: Path) -> None:
        with pytest.raises(MeasureError) as caught:
            measure(two_shots, ffmpeg="/nowhere/ffmpeg")
        assert caught.value.code is MeasureCode.FFMPEG_MISSING

    def test_ffmpeg_named_by_the_environment(self, two_shots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FFMPEG_BINARY", "/nowhere/ffmpeg")
        with pytest.raises(MeasureError):
            measure(two_shots)
