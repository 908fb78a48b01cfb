"""Whole renders with the real FFmpeg: files are opened again and looked into."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from editing import captions, compile, inputs
from editing.plan import Output, Overlay, parse_plan
from editing.sources import read_facts
from editing.timeline import lay_out
from tests.editing.clips import (
    FFMPEG,
    HLG,
    Child,
    ffmpeg,
    frame_at,
    frame_count,
    frames,
    loudness,
    output,
    plan_of,
    samples,
)

pytestmark = pytest.mark.slow

Clip = Callable[[str], Path]
Rendered = Callable[..., dict[str, Any]]


def colour(frame: np.ndarray) -> str:
    """The name of a frame's mean colour."""
    mean = frame.mean(axis=(0, 1))
    names = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255), "black": (0, 0, 0)}
    return min(names, key=lambda name: float(np.abs(mean - np.array(names[name])).sum()))


class TestOutputs:
    def test_three_formats_in_one_run(self, clip: Clip, rendered: Rendered) -> None:
        wanted = [output("9x16"), output("1x1", fps=25), output("16x9", max_duration_s=1.5)]
        result = rendered(plan_of((0.5, 1.5), (2, 3.5), outputs=wanted), {"a": clip("landscape")})
        found = [(each["key"], each["width"], each["height"], each["fps"]) for each in result["outputs"]]
        assert found == [("9x16", 216, 384, 30.0), ("1x1", 240, 240, 25.0), ("16x9", 384, 216, 30.0)]
        assert [each["duration_s"] for each in result["outputs"]] == pytest.approx([2.5, 2.52, 1.5], abs=0.001)
        assert [frame_count(each["path"]) for each in result["outputs"]] == [75, 63, 45]
        assert (result["failed"], result["warnings"]) == ([], [])
        assert all(len(each["sha256"]) == 64 and each["size_bytes"] > 1000 for each in result["outputs"])

    def test_the_same_plan_gives_the_same_bytes(self, clip: Clip, rendered: Rendered) -> None:
        plan = plan_of((0, 1), overlays=[{"text": "Hi", "start_s": 0, "end_s": 1}])
        first, second = (rendered(plan, {"a": clip("landscape")}) for _ in range(2))
        assert first["outputs"][0]["sha256"] == second["outputs"][0]["sha256"]

    def test_nothing_but_the_outputs_is_left(self, clip: Clip, render: Callable[..., Child]) -> None:
        child = render(plan_of((0, 1), overlays=[{"text": "Hi", "start_s": 0, "end_s": 1}]), {"a": clip("landscape")})
        lines = child.finish()
        assert child.files() == {"9x16.mp4"}
        percents = [line["pct"] for line in lines if line["type"] == "progress"]
        assert percents == sorted(percents)
        assert percents[-1] == 100
        assert {line["stage"] for line in lines if line["type"] == "progress"} == {
            "prepare", "sound", "picture", "check",
        }  # fmt: skip

    def test_metadata_of_the_source_is_not_handed_on(self, clip: Clip, rendered: Rendered, tmp_path: Path) -> None:
        tagged = tmp_path / "tagged.mp4"
        ffmpeg("-i", str(clip("landscape")), "-c", "copy", "-metadata", "location=+52.5+13.4/", str(tagged))
        result = rendered(plan_of((0, 1)), {"a": tagged})
        assert b"+52.5" not in Path(result["outputs"][0]["path"]).read_bytes()

    def test_only_some_outputs(self, clip: Clip, rendered: Rendered) -> None:
        result = rendered(plan_of((0, 1), outputs=[output(), output("1x1")]), {"a": clip("landscape")}, only=["1x1"])
        assert [each["key"] for each in result["outputs"]] == ["1x1"]

    def test_the_index_stands_first(self, clip: Clip, rendered: Rendered) -> None:
        data = Path(rendered(plan_of((0, 1)), {"a": clip("landscape")})["outputs"][0]["path"]).read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")


class TestCuts:
    def test_segments_show_what_they_name_and_no_frame_of_the_next_shot(self, clip: Clip, rendered: Rendered) -> None:
        plan = plan_of((2, 3), (0, 1), (1.0004, 1.9996), (3.2, 3.7))
        path = rendered(plan, {"a": clip("colours")})["outputs"][0]["path"]
        shown = [colour(frame) for frame in frames(path)]
        assert shown == ["blue"] * 30 + ["red"] * 30 + ["lime"] * 30 + ["white"] * 15

    def test_a_source_without_seek_points(self, clip: Clip, rendered: Rendered, tmp_path: Path) -> None:
        path = tmp_path / "stream.ts"
        ffmpeg("-i", str(clip("colours")), "-c", "copy", str(path))
        result = rendered(plan_of((2, 2.5), (1, 1.5)), {"a": path})
        shown = [colour(frame) for frame in frames(result["outputs"][0]["path"])]
        assert shown == ["blue"] * 15 + ["lime"] * 15

    def test_speed(self, clip: Clip, rendered: Rendered) -> None:
        plan = plan_of((0, 2))
        plan["segments"][0]["speed"] = 2.0
        plan["segments"].append({"source": "a", "start_s": 2, "end_s": 2.5, "speed": 0.25})
        path = rendered(plan, {"a": clip("colours")})["outputs"][0]["path"]
        shown = [colour(frame) for frame in frames(path)]
        assert shown == ["red"] * 15 + ["lime"] * 15 + ["blue"] * 60

    def test_dissolves_mix_and_dips_go_through_black(self, clip: Clip, rendered: Rendered) -> None:
        plan = plan_of((0, 1), (1, 2), (2, 3))
        plan["segments"][0]["transition"] = {"kind": "dissolve", "duration_s": 0.4}
        plan["segments"][1]["transition"] = {"kind": "dip", "duration_s": 0.4}
        path = rendered(plan, {"a": clip("colours")})["outputs"][0]["path"]
        assert frame_count(path) == 78
        mixed = frame_at(path, 0.8).mean(axis=(0, 1))
        assert mixed[0] > 60
        assert mixed[1] > 60
        assert colour(frame_at(path, 1.2)) == "lime"
        assert colour(frame_at(path, 1.6)) == "black"
        assert colour(frame_at(path, 2.3)) == "blue"

    def test_intro_outro_and_watermark(self, clip: Clip, picture: Path, rendered: Rendered) -> None:
        plan = plan_of(
            (0, 1),
            intro={"source": "i", "duration_s": 0.5},
            outro={
                "source": "c",
                "start_s": 1,
                "duration_s": 0.5,
                "transition": {"kind": "dissolve", "duration_s": 0.2},
            },
            watermark={"source": "i", "corner": "bottom-left", "opacity": 1},
        )
        sources = {"a": clip("colours"), "c": clip("landscape"), "i": picture}
        path = rendered(plan, sources)["outputs"][0]["path"]
        assert frame_count(path) == 54
        magenta = np.array((255, 0, 255))
        assert np.abs(frame_at(path, 0.2).mean(axis=(0, 1)) - magenta).max() < 20
        corner = frame_at(path, 1.0)
        assert np.abs(corner[-30:-12, 12:30].mean(axis=(0, 1)) - magenta).max() < 30
        assert colour(corner[:100]) == "red"

    def test_decodes_no_frame_twice(self, clip: Clip, tmp_path: Path) -> None:
        plan = parse_plan(
            plan_of((0.2, 1.1), (1.3, 2.0), (2.1, 2.4), (3.4, 3.9), outputs=[output(), output("1x1"), output("16x9")])
        )
        facts = {"a": read_facts(clip("landscape"))}
        timeline = lay_out(plan)
        job = compile.Job(plan, timeline, facts, inputs.group(timeline, facts), FFMPEG, 2)
        command = compile.picture_command(job, gain_db=None, captioned=frozenset())
        command = [
            word if not word.endswith(".mp4") or "part" not in word else str(tmp_path / word) for word in command
        ]
        command[command.index("-loglevel") + 1] = "verbose"
        said = ffmpeg(*command[1:])
        decoded = [int(count) for count in re.findall(r"\(video\):.* (\d+) frames decoded", said)]
        assert len(decoded) == 3
        assert 90 <= sum(decoded) <= 120


class TestShapes:
    def test_crop_keeps_the_focus(self, rendered: Rendered, tmp_path: Path) -> None:
        path = tmp_path / "halves.mp4"
        ffmpeg(
            "-f", "lavfi", "-i", "color=red:s=320x180:r=30:d=1", "-vf", "drawbox=x=160:w=160:h=180:color=blue:t=fill",
            "-c:v", "libx264", "-pix_fmt", "yuv420p", str(path),
        )  # fmt: skip
        for focus, expected in ((0.0, "red"), (1.0, "blue")):
            result = rendered(plan_of((0, 0.5), outputs=[output(focus_x=focus)]), {"a": path})
            assert colour(frame_at(result["outputs"][0]["path"], 0.2)) == expected

    @pytest.mark.parametrize("pad", ["blur", "black"])
    def test_pad_shows_everything(self, clip: Clip, rendered: Rendered, pad: str) -> None:
        wide = output("16x9", fit="pad", pad=pad)
        result = rendered(plan_of((0, 1), outputs=[wide]), {"a": clip("portrait")})
        frame = frame_at(result["outputs"][0]["path"], 0.5)
        left, middle = frame[:, :100], frame[:, 150:230]
        assert middle.std() > 40
        assert (left.max() < 20) if pad == "black" else (10 < left.mean() < 200 and left.std() < middle.std())

    @pytest.mark.parametrize("name", ["rotated", "anamorphic", "portrait"])
    def test_the_picture_is_upright_and_not_squeezed(self, clip: Clip, rendered: Rendered, name: str) -> None:
        shape = "16x9" if name == "anamorphic" else "9x16"
        path = rendered(plan_of((0, 1), outputs=[output(shape)]), {"a": clip(name)})["outputs"][0]["path"]
        # The same frame as a player shows it, brought to the output's size.
        plain = Path(path).with_name("plain.png")
        size = "384:216" if name == "anamorphic" else "216:384"
        ffmpeg("-i", str(clip(name)), "-vf", f"scale={size},setsar=1", "-frames:v", "1", str(plain))
        assert np.abs(frame_at(path, 0) - frame_at(plain, 0)).mean() < 12

    def test_hdr_becomes_ordinary(self, rendered: Rendered, tmp_path: Path) -> None:
        path = tmp_path / "hlg.mp4"
        ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=1", "-vf", HLG, "-c:v", "libx264",
            "-pix_fmt", "yuv420p10le", str(path),
        )  # fmt: skip
        result = rendered(plan_of((0, 0.8), outputs=[output(fps=25)]), {"a": path})
        frame = frame_at(result["outputs"][0]["path"], 0.4)
        assert frame.std() > 30


class TestSync:
    def test_flash_and_click_stay_together_through_cuts(self, clip: Clip, rendered: Rendered) -> None:
        segments = [(0.5, 1.4), (1.7, 2.35), (4.6, 5.5), (2.8, 3.3)]
        path = rendered(plan_of(*segments), {"a": clip("flash")})["outputs"][0]["path"]
        bright = [n / 30 for n, frame in enumerate(frames(path)) if frame.mean() > 120]
        heard = samples(path)
        loud = np.flatnonzero(np.abs(heard) > 0.25 * np.abs(heard).max()) / 48000
        clicks = [float(loud[0])] + [float(b) for a, b in itertools.pairwise(loud) if b - a > 0.2]
        assert len(bright) == len(clicks) == 4
        for shown, click in zip(bright, clicks, strict=True):
            assert abs(shown - click) < 0.045

    @pytest.mark.parametrize("name", ["vfr", "late-sound"])
    def test_length_and_rate_are_right_for_uneven_sources(self, clip: Clip, rendered: Rendered, name: str) -> None:
        result = rendered(plan_of((0, 1.5), (2, 3.5)), {"a": clip(name)})
        path = result["outputs"][0]["path"]
        assert frame_count(path) == 90
        assert len(samples(path)) / 48000 == pytest.approx(3.0, abs=0.05)

    def test_sound_that_starts_late_stays_late(self, clip: Clip, rendered: Rendered) -> None:
        heard = samples(rendered(plan_of((0, 2)), {"a": clip("late-sound")})["outputs"][0]["path"])
        first = int(np.flatnonzero(np.abs(heard) > 0.05)[0]) / 48000
        assert first == pytest.approx(1.0, abs=0.04)


class TestSound:
    @pytest.mark.parametrize("name", ["landscape", "quiet", "peaky", "surround"])
    def test_loudness_is_that_of_the_platforms(self, clip: Clip, rendered: Rendered, name: str) -> None:
        result = rendered(plan_of((0, 2.8)), {"a": clip(name)})
        integrated, peak = loudness(result["outputs"][0]["path"])
        assert integrated == pytest.approx(-14, abs=0.5)
        assert peak <= -1.0
        assert result["loudness"]["gain_db"] != 0

    def test_without_sound_there_is_a_silent_track(self, clip: Clip, rendered: Rendered) -> None:
        result = rendered(plan_of((0, 1)), {"a": clip("silent")})
        heard = samples(result["outputs"][0]["path"])
        assert len(heard) / 48000 == pytest.approx(1, abs=0.05)
        assert np.abs(heard).max() < 1e-3
        assert result["loudness"] is None

    def test_a_silent_part_between_sounding_ones(self, clip: Clip, rendered: Rendered) -> None:
        plan = plan_of((0, 1), (2, 3), audio={"loudness_lufs": None})
        plan["segments"].insert(1, {"source": "s", "start_s": 0, "end_s": 1})
        heard = samples(rendered(plan, {"a": clip("landscape"), "s": clip("silent")})["outputs"][0]["path"])
        seconds = [float(np.abs(heard[int((n + 0.2) * 48000) : int((n + 0.8) * 48000)]).max()) for n in range(3)]
        assert seconds[0] > 0.1
        assert seconds[1] < 1e-3
        assert seconds[2] > 0.1

    def test_music_ducks_under_the_source(self, clip: Clip, rendered: Rendered) -> None:
        def level(duck: bool) -> float:
            audio = {"music": {"source": "m", "gain_db": 0, "duck": duck}, "loudness_lufs": None}
            path = rendered(plan_of((0, 3), audio=audio), {"a": clip("landscape"), "m": clip("music")})["outputs"][0]
            heard = samples(path["path"])[48000:96000]
            return float(np.abs(np.fft.rfft(heard * np.hanning(len(heard))))[195:206].max())

        assert level(duck=True) < 0.5 * level(duck=False)

    def test_music_alone_is_looped_and_fades_out(self, clip: Clip, rendered: Rendered) -> None:
        audio = {"source_sound": False, "music": {"source": "m", "fade_out_s": 1.0}}
        result = rendered(plan_of((0, 3.5), audio=audio), {"a": clip("landscape"), "m": clip("music")})
        heard = samples(result["outputs"][0]["path"])
        assert np.abs(heard[int(2.2 * 48000) : int(2.4 * 48000)]).max() > 0.05
        assert np.abs(heard[-2400:]).max() < 0.1 * np.abs(heard).max()

    def test_a_broken_sound_track_leaves_the_edit_silent(self, clip: Clip, rendered: Rendered, tmp_path: Path) -> None:
        broken = tmp_path / "broken.mkv"
        ffmpeg("-i", str(clip("landscape")), "-c:v", "copy", "-c:a", "flac", str(broken))
        data = bytearray(broken.read_bytes())
        place = data.index(b"A_FLAC")
        data[place : place + 6] = b"A_XXXX"
        broken.write_bytes(data)
        result = rendered(plan_of((0, 1)), {"a": broken})
        assert np.abs(samples(result["outputs"][0]["path"])).max() < 1e-3


class TestTexts:
    def difference(self, rendered: Rendered, source: Path, value: str, **changes: Any) -> np.ndarray:
        """Where a text changes the picture: a mask over the frame."""
        style = {"background": "outline", "size_ratio": 0.09}
        text = {"text": value, "start_s": 0, "end_s": 1, "style": style, **changes}
        frames = []
        for overlays in ([text], []):
            path = rendered(plan_of((0, 1), overlays=overlays), {"a": source})["outputs"][0]["path"]
            frames.append(frame_at(path, 0.5))
        return np.abs(frames[0] - frames[1]).max(axis=2) > 90

    def test_a_text_is_seen_when_and_where_it_should(self, clip: Clip, rendered: Rendered) -> None:
        text = {"text": "HELLO", "start_s": 1.0, "end_s": 2.0, "position": "top"}
        path = rendered(plan_of((0, 1), (0, 1), (0, 1), overlays=[text]), {"a": clip("colours")})["outputs"][0]["path"]
        before, during, after = (frame_at(path, time_s) for time_s in (0.9, 1.5, 2.1))
        changed = np.abs(during - before).max(axis=2) > 60
        rows = np.flatnonzero(changed.any(axis=1))
        assert changed.sum() > 300
        assert rows.min() >= 0.14 * 384 - 2
        assert rows.max() < 0.5 * 384
        assert (np.abs(after - before).max(axis=2) > 60).sum() == 0

    @pytest.mark.parametrize(
        "value",
        [r"{\b1}bold{\b0}", r"{\p1}m 0 0 l 9 9", r"C:\Nx\nx\hx", "%{pts} %% $x", "'a' \"b\" ; [c], d: =", "{}}{{\\"],
    )
    def test_hostile_texts_are_drawn_as_they_are(self, clip: Clip, rendered: Rendered, value: str) -> None:
        mask = self.difference(rendered, clip("colours"), value)
        columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
        style = {"background": "outline", "size_ratio": 0.09}
        overlay = Overlay.model_validate({"text": value, "start_s": 0, "end_s": 1, "style": style})
        block = captions.lay_out(overlay, Output.model_validate(output()))
        expected = block.width - 2 * 0.34 * block.size
        # As wide and as many lines as the text with all its characters would be.
        assert np.ptp(columns) == pytest.approx(expected, rel=0.12, abs=8)
        assert np.ptp(rows) < (len(block.lines) + 0.4) * block.size

    def test_emoji_and_unknown_scripts_do_not_break_it(self, clip: Clip, rendered: Rendered) -> None:
        text = {"text": "🎉👩‍👩‍👧 日本 ok", "start_s": 0, "end_s": 1}
        result = rendered(plan_of((0, 1), overlays=[text]), {"a": clip("colours")})
        assert result["warnings"] == ["These characters cannot be drawn and were left out of the texts: 日本"]
        assert frame_at(result["outputs"][0]["path"], 0.5).std() > 5
