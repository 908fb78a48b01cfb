"""`python -m benchmarks.measure`: how exact the measurement is on clips drawn from a seed, and what it costs."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg

from patterns.measure import LayerName, measure

from . import beds, cost, hard, peers
from .scoring import CutScore, Tally, TextScore, score_cuts, score_spans, score_texts, score_time
from .sound import Soundtrack, soundtrack
from .suite import PROFILES, REEL, REEL_S, Profile, build
from .timeline import Labels, write

SOUNDS: tuple[tuple[str, dict[str, float | bool]], ...] = (
    ("no bed", {}),
    ("soft bed", {"bed": 0.06}),
    ("bed", {"bed": 0.12}),
    ("loud bed", {"bed": 0.25}),
    ("noisy room", {"hiss_db": -42.0}),
    ("music only", {"voice": False, "bed": 0.7}),
)


PARTS = ("clips", "codecs", "stills", "sound", "cost", "text-cost")
ALL = "all layers"
TEXT_LIMIT = 3.0  # CPU of all layers over that of decoding alone, in a short video with texts
ALL_BUT_TEXTS = ",".join(layer.value for layer in LayerName if layer is not LayerName.OVERLAYS)


@dataclass
class Totals:
    cuts: CutScore = field(default_factory=CutScore)
    gradual: Tally = field(default_factory=Tally)
    gradual_kinds: dict[str, list[int]] = field(default_factory=dict)
    overlaps: list[float] = field(default_factory=list)
    at_flash: int = 0
    at_whip: int = 0
    peer: CutScore = field(default_factory=CutScore)
    silence: dict[str, Tally] = field(default_factory=dict)
    speech: dict[str, Tally] = field(default_factory=dict)
    tempo_errors: list[float] = field(default_factory=list)
    tempo_missed: int = 0
    texts: TextScore = field(default_factory=TextScore)
    read: int = 0
    minutes: float = 0.0


def _add_cuts(total: CutScore, one: CutScore) -> None:
    total.every.add(one.every)
    total.exact += one.exact
    total.in_transitions += one.in_transitions
    for kind, (found, planned) in one.by_kind.items():
        entry = total.by_kind.setdefault(kind, [0, 0])
        entry[0] += found
        entry[1] += planned


def accuracy(folder: Path, seeds: range, seconds: float) -> Totals:
    totals = Totals()
    number = 0
    for seed in seeds:
        for profile in PROFILES:
            name, options = SOUNDS[number % len(SOUNDS)]
            number += 1
            timeline = build(profile, seed, seconds=seconds)
            sound = soundtrack(seed * 100 + number, seconds, **options)  # type: ignore[arg-type]
            clip, track = folder / "clip.mp4", folder / "track.wav"
            sound.save(track)
            write(timeline, clip, audio=track)
            _score(totals, clip, timeline.labels(), name, sound, seconds)
            print(f"  {profile.name} {seed} ({name})", file=sys.stderr)
    return totals


def _score(totals: Totals, clip: Path, labels: Labels, name: str, sound: Soundtrack, seconds: float) -> None:
    found = measure(clip)
    assert found.cuts is not None
    assert found.transitions is not None
    cuts = score_cuts([cut.frame for cut in found.cuts], labels.cuts, labels.transitions)
    _add_cuts(totals.cuts, cuts)
    totals.at_flash += _within(cuts.false_at, labels.flashes)
    totals.at_whip += _within(cuts.false_at, labels.whips)
    planned = [(a / labels.fps, b / labels.fps, kind) for a, b, kind in labels.transitions]
    tally, kinds, overlap = score_spans([(t.start_s, t.end_s) for t in found.transitions], planned)
    totals.gradual.add(tally)
    for kind, (hit, many) in kinds.items():
        entry = totals.gradual_kinds.setdefault(kind, [0, 0])
        entry[0] += hit
        entry[1] += many
    if tally.hit:
        totals.overlaps.append(overlap)
    if peers.has_scenedetect():
        frames = [int(line) for line in cost.run(peers.adaptive_argv(clip)).out.split()]
        _add_cuts(totals.peer, score_cuts(frames, labels.cuts, labels.transitions))
    rate = labels.fps
    texts = [(o.start_s * rate, o.end_s * rate, o.text) for o in found.overlays or ()]
    totals.texts.add(score_texts(texts, labels.overlays, labels.lettered))
    totals.read += found.ocr_frames or 0
    totals.minutes += seconds / 60
    heard = [(s.start_s, s.end_s) for s in found.silences or ()]
    totals.silence.setdefault(name, Tally()).add(score_time(heard, sound.rests, seconds))
    spoken = [(s.start_s, s.end_s) for s in found.speech or ()]
    totals.speech.setdefault(name, Tally()).add(score_time(spoken, sound.speech, seconds))
    if sound.bpm is not None:
        if found.tempo_bpm is None:
            totals.tempo_missed += 1
        else:
            totals.tempo_errors.append(abs(found.tempo_bpm / sound.bpm - 1))


def _within(frames: list[int], spans: list[tuple[int, int]]) -> int:
    return sum(any(a - 2 <= frame <= b + 2 for a, b in spans) for frame in frames)


def show(totals: Totals) -> None:
    every = totals.cuts.every
    print(f"cuts            P {every.precision:.3f}  R {every.recall:.3f}  F1 {every.f1:.3f}  ({every.hit} found, "
          f"{every.false} false, {every.missed} missed; {totals.cuts.exact} on the very frame)")  # fmt: skip
    for kind, (found, planned) in sorted(totals.cuts.by_kind.items()):
        print(f"  {kind:<14}R {found / planned:.3f}  ({found} of {planned})")
    print(f"  false at flashes {totals.at_flash}, at whip pans {totals.at_whip}, in transitions "
          f"{totals.cuts.in_transitions}")  # fmt: skip
    if peers.has_scenedetect():
        peer = totals.peer.every
        print(f"  PySceneDetect adaptive on the same clips: P {peer.precision:.3f}  R {peer.recall:.3f}  "
              f"F1 {peer.f1:.3f}")  # fmt: skip
    overlap = sum(totals.overlaps) / len(totals.overlaps) if totals.overlaps else 0.0
    print(f"transitions     P {totals.gradual.precision:.3f}  R {totals.gradual.recall:.3f}  "
          f"F1 {totals.gradual.f1:.3f}  (mean overlap {overlap:.2f})")  # fmt: skip
    for kind, (found, planned) in sorted(totals.gradual_kinds.items()):
        print(f"  {kind:<14}R {found / planned:.3f}  ({found} of {planned})")
    texts = totals.texts
    print(f"texts           P {texts.every.precision:.3f}  R {texts.every.recall:.3f}  F1 {texts.every.f1:.3f}  "
          f"({texts.every.hit} found with their words, {texts.every.false} false, {texts.every.missed} missed; "
          f"{texts.exact} of {texts.edges} edges on the very frame; {totals.read / totals.minutes:.0f} pictures read "
          "a minute)")  # fmt: skip
    for title, rows in (("silence", totals.silence), ("speech", totals.speech)):
        for name, tally in rows.items():
            if tally.hit + tally.missed:
                print(f"{title:<8}{name:<12}R {tally.recall:.3f}  P {tally.precision:.3f}")
            else:
                print(f"{title:<8}{name:<12}none planned, {tally.false / 100:.1f} s reported")
    errors = sorted(totals.tempo_errors)
    if errors:
        good = sum(error <= 0.02 for error in errors)
        print(f"tempo           {good} of {len(errors) + totals.tempo_missed} within 2 %, "
              f"median error {100 * errors[len(errors) // 2]:.2f} %")  # fmt: skip


def costs(folder: Path, rounds: int, seconds: float) -> None:
    """What each part of the measurement costs, and a peer's cut detection, on one clip."""
    profile = next(p for p in PROFILES if p.name == "handheld")
    clip, _ = _vertical_clip(folder, profile, 7, seconds)
    commands = {
        "cut pass": _measure_argv(clip, "cuts,transitions"),
        "all but texts": _measure_argv(clip, ALL_BUT_TEXTS),
    }
    commands[ALL] = _measure_argv(clip)
    if peers.has_scenedetect():
        commands["PySceneDetect adaptive"] = peers.adaptive_argv(clip)
    _show_costs(clip, profile, seconds, _take_turns(clip, commands, rounds))


def text_costs(folder: Path, rounds: int) -> bool:
    """What reading texts costs in a quick short video of a minute with six texts, and whether they are found. False
    when it costs more than it may, or a text is missed."""
    clip, labels = _vertical_clip(folder, REEL, 7, REEL_S)
    commands = {"all but texts": _measure_argv(clip, ALL_BUT_TEXTS), ALL: _measure_argv(clip)}
    taken = _take_turns(clip, commands, rounds)
    _show_costs(clip, REEL, REEL_S, taken)
    found = json.loads(taken[ALL][-1].one.out.splitlines()[-1])["features"]
    texts = [(one["start_s"] * labels.fps, one["end_s"] * labels.fps, one["text"]) for one in found["overlays"]]
    score = score_texts(texts, labels.overlays, labels.lettered)
    ratio = cost.cpu_ratio(taken[ALL])
    is_good = ratio <= TEXT_LIMIT and not score.every.missed
    print(f"  {found['ocr_frames']} pictures read; of {len(labels.overlays)} texts {score.every.hit} found with their "
          f"words, {score.every.false} false, {score.exact} of {score.edges} edges on the very frame")  # fmt: skip
    print(f"  with texts {ratio:.2f} times decoding alone, at most {TEXT_LIMIT:g}: {'good' if is_good else 'NOT GOOD'}")
    return is_good


def _vertical_clip(folder: Path, profile: Profile, seed: int, seconds: float) -> tuple[Path, Labels]:
    clip, track = folder / "cost.mp4", folder / "cost.wav"
    timeline = build(profile, seed, seconds=seconds)
    soundtrack(seed, seconds, bed=0.12).save(track)
    write(timeline, clip, audio=track, size=(1080, 1920), preset="veryfast")
    return clip, timeline.labels()


def _measure_argv(clip: Path, layers: str = "") -> list[str]:
    limited = ["--layers", layers] if layers else []
    return [sys.executable, "-m", "patterns.measure", "--no-stdin", *limited, str(clip)]


def _take_turns(clip: Path, commands: dict[str, list[str]], rounds: int) -> dict[str, list[cost.Turn]]:
    """The commands in turn, each between two plain decodings of the file: what else runs on the machine makes all of
    them dearer, and a load that comes or goes falls on both."""
    decode = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(clip), "-map", "0:v:0", "-f", "null", "-"]
    taken: dict[str, list[cost.Turn]] = {name: [] for name in commands}
    floor = cost.run(decode)
    for _ in range(rounds):
        for name, argv in commands.items():
            one = cost.run(argv)
            before, floor = floor, cost.run(decode)
            taken[name].append(cost.Turn(before, one, floor))
    return taken


def _show_costs(clip: Path, profile: Profile, seconds: float, taken: dict[str, list[cost.Turn]]) -> None:
    rounds = max(len(turns) for turns in taken.values())
    print(f"cost of {seconds:g} s of 1080x1920 at {profile.fps:g} a second, {clip.stat().st_size / 1e6:.1f} MB, "
          f"{rounds} rounds (median)")  # fmt: skip
    floors = [turn.before for turns in taken.values() for turn in turns]
    print(f"  {'decode only':<24}cpu {cost.median_cpu_s(floors):6.2f} s  cpu ratio 1.00  wall ratio 1.00  peak "
          f"{max(one.peak_mb for one in floors):.0f} MB")  # fmt: skip
    for name, turns in taken.items():
        runs = [turn.one for turn in turns]
        print(f"  {name:<24}cpu {cost.median_cpu_s(runs):6.2f} s  cpu ratio {cost.cpu_ratio(turns):.2f}  wall ratio "
              f"{cost.wall_ratio(turns):.2f}  peak {max(one.peak_mb for one in runs):.0f} MB")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure", description=__doc__)
    parser.add_argument("--first-seed", type=int, default=101)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each accuracy clip")
    parser.add_argument("--cost-seconds", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; may be given again")
    parser.add_argument("--voices", type=Path, help="a folder of recorded phrases (WAV) that speak as well")
    parser.add_argument("--json", action="store_true", help="print the accuracy totals as JSON as well")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-measure-") as name:
        folder = Path(name)
        parts = arguments.only or PARTS
        some = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
        if "clips" in parts:
            totals = accuracy(folder, some, arguments.seconds)
            show(totals)
            if arguments.json:
                every = totals.cuts.every
                print(json.dumps({"cuts_f1": round(every.f1, 4), "gradual_recall": round(totals.gradual.recall, 4)}))
        if "codecs" in parts:
            hard.show("six codecs at three bitrates, key frames every 128 pictures", hard.codecs(folder, some))
        if "stills" in parts:
            hard.show("a still camera, and real transitions", hard.stills(folder, some))
        if "sound" in parts:
            beds.show(beds.run(folder, beds.suite(arguments.first_seed, arguments.seeds, arguments.voices)))
        if "cost" in parts:
            costs(folder, arguments.rounds, arguments.cost_seconds)
        if "text-cost" in parts and not text_costs(folder, arguments.rounds):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
