"""Dissolves, fades and wipes, with their start and end."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.measure.stills import Flyer
from benchmarks.measure.timeline import Segment
from patterns.measure import LayerName, gradual, measure, views
from patterns.measure.features import Transition
from patterns.measure.model import Fit, PictureRun, cut_explains, new_share

from .conftest import FPS, HEIGHT, WIDTH, Clips, scene, timeline

VIDEO = (LayerName.CUTS, LayerName.TRANSITIONS)


def spans(found: list[Transition] | None) -> list[tuple[str, float, float]]:
    assert found is not None
    return [(t.kind, t.start_s * FPS, t.end_s * FPS) for t in found]


@pytest.mark.parametrize(
    ("join", "kind", "frames"),
    [
        ("dissolve", "dissolve", 12),
        ("dissolve", "dissolve", 25),
        ("fade_black", "fade_through", 24),
        ("fade_white", "fade_through", 24),
        ("wipe", "wipe", 16),
    ],
)
def test_a_transition_between_two_scenes(clips: Clips, join: str, kind: str, frames: int) -> None:
    segments = [
        Segment(scene(201, "drawn"), 40, 2.0),
        Segment(scene(202, "texture"), 45, 2.0, join=join, join_frames=frames),
    ]
    path, labels = clips.get(f"{join}{frames}", lambda: timeline(segments))
    facts = measure(path, layers=VIDEO)
    assert facts.cuts == []
    found = spans(facts.transitions)
    start, end, _ = labels.transitions[0]
    assert [name for name, _, _ in found] == [kind]
    assert found[0][1] == pytest.approx(start, abs=3.5)
    assert found[0][2] == pytest.approx(end, abs=3.5)


def test_fades_at_both_ends(clips: Clips) -> None:
    path, labels = clips.get(
        "fades", lambda: timeline([Segment(scene(211, "drawn"), 75, 2.0)], fade_in=15, fade_out=18)
    )
    found = spans(measure(path, layers=VIDEO).transitions)
    assert [name for name, _, _ in found] == ["fade_in", "fade_out"]
    for (_, start, end), (planned_start, planned_end, _) in zip(found, labels.transitions, strict=True):
        assert start == pytest.approx(planned_start, abs=3)
        assert end == pytest.approx(planned_end, abs=3)


@pytest.mark.parametrize("style", ["texture", "fast", "handheld", "talking"])
def test_motion_alone_is_no_transition(clips: Clips, style: str) -> None:
    path, _ = clips.get(f"plain-{style}", lambda: timeline([Segment(scene(221, style), 75, 2.0)]))
    assert measure(path, layers=VIDEO).transitions == []


def test_a_shot_ends_in_the_middle_of_a_dissolve(clips: Clips) -> None:
    segments = [
        Segment(scene(201, "drawn"), 40, 2.0),
        Segment(scene(202, "texture"), 45, 2.0, join="dissolve", join_frames=25),
    ]
    path, _ = clips.get("dissolve25", lambda: timeline(segments))
    facts = measure(path, layers=VIDEO)
    assert facts.shots is not None
    assert facts.pace is not None
    assert len(facts.shots) == facts.pace.shots == 2
    assert facts.shots[0].end_s == pytest.approx(40 / FPS, abs=0.1)
    assert facts.shots[-1].end_s == facts.duration_s


@pytest.mark.parametrize(("turns", "kept"), [(False, 0.0), (True, 1.0)])
def test_a_blend_loses_contrast_and_a_turn_does_not(turns: bool, kept: float) -> None:
    rng = np.random.default_rng(5)
    before, after = (rng.permutation(np.tile([-30.0, 30.0], 96)).astype(np.float32) for _ in range(2))
    way = np.linspace(0, 1, 25, dtype=np.float32)[:, None]
    angle = way * np.float32(np.pi / 2)
    pictures = np.cos(angle) * before + np.sin(angle) * after if turns else (1 - way) * before + way * after
    part = PictureRun(np.arange(25) * 33.3, 128 + pictures, 8, 8)
    assert gradual._kept_contrast(part, Fit(0, 24, 0.04, False)) == pytest.approx(kept, abs=0.15)


@pytest.mark.parametrize(("ramp", "cut"), [([0, 0, 0.05, 0.9, 1, 1], True), ([0, 0.2, 0.4, 0.6, 0.8, 1], False)])
def test_one_step_is_a_cut_and_an_even_walk_is_a_dissolve(ramp: list[float], cut: bool) -> None:
    assert cut_explains(np.array(ramp, np.float32), 0.0, 5.0) is cut


@pytest.mark.parametrize(("size", "speed"), [(0.3, 0.5), (0.6, 0.8), (0.9, 1.2)])
def test_a_bird_that_flies_past_is_no_wipe(clips: Clips, size: float, speed: float) -> None:
    bird = Flyer(np.random.default_rng(4), WIDTH, HEIGHT, size, speed)
    path, _ = clips.get(f"bird{size}", lambda: timeline([Segment(bird, 80, 0.0)]))
    facts = measure(path, layers=VIDEO)
    assert (facts.cuts, facts.transitions) == ([], [])


def test_what_moves_is_nothing_new_and_what_a_wipe_shows_is() -> None:
    rng = np.random.default_rng(6)
    wide, other = (rng.integers(20, 230, (16, 50)).repeat(4, axis=0).repeat(4, axis=1) for _ in range(2))
    edges = np.clip((np.arange(20) - 4) / 11, 0, 1) * 64
    panned = np.stack([wide[:, 3 * k : 3 * k + 64] for k in range(20)])
    wiped = np.stack([np.where(np.arange(64) < edge, other[:, :64], wide[:, :64]) for edge in edges])
    for film, least, most in ((panned, 0.0, 0.05), (wiped, 0.25, 1.2)):
        part = PictureRun(np.arange(20) * 33.3, np.zeros((20, 12), np.float32), 2, 2, film.astype(np.uint8))
        assert least <= new_share(part, 3, 16) <= most


def test_a_shot_between_two_transitions_lasts_half_of_both_longer() -> None:
    found = views.stretches(100, [80], [(20, 39), (60, 69)])
    assert [(part.first, part.last, part.beside) for part in found] == [
        (0, 20, 10.0), (40, 60, 15.0), (70, 80, 5.0), (80, 100, 0.0),
    ]  # fmt: skip
