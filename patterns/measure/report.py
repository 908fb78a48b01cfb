"""The same facts for a person in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .features import Features, LayerStatus, Span

SHOWN = 12


def text(features: Features) -> str:
    f = features
    lines = [
        f"{f.width}x{f.height} ({f.aspect}), {f.fps:g} fps{' varying' if f.variable_frame_rate else ''}, "
        f"{f.duration_s:.3f} s, {f.container}/{f.video_codec}, " + (f.audio.codec if f.audio else "no audio"),
    ]
    if f.cuts is not None:
        lines.append(
            f"Cuts: {len(f.cuts)}  " + _listed(f"{c.time_s:.3f}{'j' if c.kind == 'jump' else ''}" for c in f.cuts)
        )
    if f.transitions is not None:
        found = (f"{t.kind} {t.start_s:.2f}-{t.end_s:.2f}" for t in f.transitions)
        lines.append(f"Transitions: {len(f.transitions)}  " + _listed(found))
    if f.pace is not None:
        lines.append(f"Pace: {f.pace.cuts_per_10s:g} changes in 10 s, median shot {f.pace.shot_median_s:g} s")
    if f.motion is not None and f.picture is not None:
        lines.append(
            f"Motion: {f.motion.mean:g}   brightness {f.picture.brightness:g}, colour {f.picture.saturation:g}"
        )
    if f.loudness is not None:
        lines.append(
            f"Loudness: {_unit(f.loudness.integrated_lufs, 'LUFS')}, peak {_unit(f.loudness.true_peak_db, 'dBTP')}"
        )
    for name, spans in (("Speech", f.speech), ("Silences", f.silences)):
        if spans is not None:
            lines.append(f"{name}: {len(spans)}  " + _listed(_span(span) for span in spans))
    if f.music is not None:
        beat = f"{f.tempo_bpm:g} beats a minute" if f.tempo_bpm else "no tempo"
        lines.append(f"Music: {'yes' if f.music.present else 'no'}, {beat}")
    lines += _texts(f)
    if f.hook is not None:
        first = f"first cut at {f.hook.first_cut_s:.3f} s" if f.hook.first_cut_s is not None else "no cut"
        lines.append(f"Hook ({f.hook.window_s:g} s): {first}, {f.hook.cuts} cuts")
    for layer, state in f.layers.items():
        if state.status is not LayerStatus.OK or state.message:
            lines.append(f"{layer.value}: {state.status.value}. {state.message}")
    lines.append(f"Engine {f.engine_version}, FFmpeg {f.ffmpeg_version}")
    return "\n".join(lines)


def _texts(features: Features) -> Iterator[str]:
    if features.overlays is not None:
        texts = (f"{_span(one)} “{' / '.join(one.text.splitlines())}”" for one in features.overlays)
        yield f"Text: {len(features.overlays)}  " + _listed(texts)


def _span(span: Span) -> str:
    return f"{span.start_s:.2f}-{span.end_s:.2f}"


def _listed(items: Iterable[str]) -> str:
    every = list(items)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more


def _unit(value: float | None, unit: str) -> str:
    return f"{value:g} {unit}" if value is not None else "none"
