"""Rules that turn measured facts into advice. Each says which value of which video it rests on.

None of them claims that a pattern performs better: that is for learned scores (`learned`). Where outcomes are not
known, a rule names the baseline and the one comparison that would tell.
"""

from collections.abc import Callable, Iterator
from typing import Any

from platforms import PLATFORMS
from strategies import knowledge
from strategies.offline.compare import Compared, VideoValue, clock, every, extremes, number, quantity, title
from strategies.schema import Evidence, Recommendation, StrategyRequest

Rule = Callable[[dict[str, Compared], StrategyRequest], Recommendation | None]


def benchmark(name: str, sentence: str) -> Evidence:
    """A benchmark of the knowledge table as evidence, with source and date."""
    entry: dict[str, Any] = knowledge.benchmarks()[name]
    source = f"{entry['source']} ({entry['as_of']})"
    return Evidence(basis="benchmark", sentence=sentence, value=float(entry["value"]), source=source)


def _make(
    key: str, headline: str, text: str, request: StrategyRequest, evidence: list[Evidence], platforms: Any = None
) -> Recommendation:
    basis = "measured" if any(item.basis == "measured" for item in evidence) else evidence[0].basis
    return Recommendation(
        key=key,
        title=headline,
        text=text,
        basis=basis,
        platforms=list(platforms or request.platforms),
        evidence=evidence,
    )


def _share(rows: list[VideoValue], compared: Compared) -> str:
    if not compared.several:
        return f"{title(rows[0])} is"
    return f"{len(rows)} of {len(compared.rows)} videos {'is' if len(rows) == 1 else 'are'}"


def hook(found: dict[str, Compared], request: StrategyRequest) -> Recommendation | None:
    """First cut against the hook window."""
    window = float(knowledge.benchmarks()["hook_window_s"]["value"])
    standard = benchmark("hook_window_s", f"The hook lives in the first {number(window)} s")
    compared = found.get("hook_timing")
    if compared is None:
        text = f"Say and show the point within the first {number(window)} s; nothing was measured to be more precise."
        return _make("hook_timing", "Put the point into the first seconds", text, request, [standard])
    low, high = compared.low, compared.high
    if low.fact.note:
        headline = f"Make a first cut inside {number(window)} s"
        text = f"{title(low)} runs {number(low.value)} s without a cut. Change the picture once in the opening seconds."
    elif compared.several and low.value <= window:
        headline = f"Open like {title(low)}: first cut by {number(low.value)} s"
        text = (
            f"First cuts come at {number(compared.median)} s in the middle of your {len(compared.rows)} videos with "
            f"cuts, from {number(low.value)} s in {title(low)} to {number(high.value)} s in {title(high)}. "
            "Use the earliest as the pattern for the next openings, and keep one opening in the later style to compare."
        )
    elif low.value <= window:
        headline = f"Keep the first cut inside {number(window)} s"
        text = (
            f"{title(low)} cuts for the first time at {number(low.value)} s, inside the hook window. Keep that length "
            "as the baseline and change only what is said and shown in it."
        )
    else:
        headline = f"Bring the first cut forward to {number(window)} s"
        text = (
            f"The earliest first cut comes at {number(low.value)} s ({title(low)}), after the hook window. Start on "
            f"the strongest moment and change the picture before {number(window)} s."
        )
    return _make("hook_timing", headline, text, request, [*extremes(compared), standard])


def pace(found: dict[str, Compared], request: StrategyRequest) -> Recommendation | None:
    """Cuts per minute: baseline and the comparison to make."""
    compared = found.get("cut_frequency")
    if compared is None:
        return None
    low, high, factor = compared.low, compared.high, compared.factor
    shots = found.get("shot_length")
    beside = f" The median shot lasts {number(shots.median)} s." if shots else ""
    proof = extremes(compared) + (extremes(shots) if shots else [])
    if compared.several and factor is not None and factor >= 1.3:
        headline = f"Test two paces: {number(low.value)} and {number(high.value)} cuts a minute"
        text = (
            f"{title(high)} cuts {number(factor)} times as often as {title(low)}.{beside} Make the next two clips "
            "of the same subject at both paces; their retention will say which one your audience follows."
        )
    elif not high.value:
        headline = "Test a version with cuts"
        text = (
            f"{'No measured video is' if compared.several else f'{title(high)} is not'} cut.{beside} As a test, cut "
            "one version at each new thought, and compare."
        )
    elif compared.several and not low.value:
        headline = f"Test an uncut clip against {number(high.value)} cuts a minute"
        text = (
            f"{title(low)} is not cut at all, {title(high)} {number(high.value)} times a minute.{beside} Make the next "
            "two clips of the same subject both ways; their retention will say which one your audience follows."
        )
    else:
        headline = f"Hold the pace at about {number(compared.median)} cuts a minute"
        text = (
            f"That is where your measured videos are.{beside} As a test, make one version at "
            f"{number(compared.median * 1.5)} cuts a minute, and compare."
        )
    return _make("cut_frequency", headline, text, request, proof)


def movement(found: dict[str, Compared], request: StrategyRequest) -> Recommendation | None:
    """Motion in the hook against the motion of the same video."""
    hooks, whole = found.get("hook_motion"), found.get("motion")
    if hooks is None or whole is None:
        return None
    by_video = {row.video.video_id: row for row in whole.rows}
    pairs = [(row, by_video[row.video.video_id]) for row in hooks.rows if row.video.video_id in by_video]
    still = [(first, rest) for first, rest in pairs if first.value < rest.value]
    if not pairs:
        return None
    if still:
        first, rest = still[0]
        headline = f"Start with movement: {title(first)} opens calmer than it continues"
        text = (
            f"Its opening moves less than the whole: {quantity('hook_motion', first.value)} against "
            f"{quantity('motion', rest.value)}. "
        )
        if len(pairs) > 1:
            text += f"That is so in {len(still)} of {len(pairs)} measured videos. "
        text += "Move the liveliest shot to the front."
        used = still[0]
    else:
        headline = "Keep opening with movement"
        text = "In every measured video the opening moves at least as much as the rest."
        used = pairs[0]
    proof = [item for row in used for item in every(Compared(row.fact.type, (row,)))]
    return _make("hook_motion", headline, text, request, proof)


def loudness(found: dict[str, Compared], request: StrategyRequest) -> Recommendation | None:
    """Integrated loudness against the usual target."""
    compared = found.get("loudness")
    if compared is None:
        return None
    entry = knowledge.benchmarks()["loudness_lufs"]
    target, tolerance = float(entry["value"]), float(entry["tolerance"])
    off = [row for row in compared.rows if abs(row.value - target) > tolerance]
    standard = benchmark("loudness_lufs", f"The usual target is {number(target)} LUFS")
    if off:
        worst = max(off, key=lambda row: abs(row.value - target))
        side = "quieter" if worst.value < target else "louder"
        headline = f"Render at {number(target)} LUFS"
        far = f"{number(abs(worst.value - target))} LU {side}"
        text = (
            f"{_share(off, compared)} more than {number(tolerance)} LU off the usual target; {title(worst)} is {far}. "
            if compared.several
            else f"{title(worst)} is {far} than the usual target. "
        ) + "Renders made here are normalised to the target."
    else:
        headline = "Leave the loudness as it is"
        text = f"All measured videos are within {number(tolerance)} LU of the usual target."
    return _make("loudness", headline, text, request, [*extremes(compared), standard])


def silence(found: dict[str, Compared], request: StrategyRequest) -> Recommendation | None:
    """Share of silence, with the places to trim."""
    compared = found.get("silence")
    if compared is None or compared.high.value < 0.05:
        return None
    row = compared.high
    places = [row.fact.time_s, *row.fact.times_s] if row.fact.time_s is not None else row.fact.times_s
    at = ", ".join(clock(time_s) for time_s in list(dict.fromkeys(places))[:4])
    text = f"{quantity('silence', row.value)} of {title(row)} is silent{f' (for example at {at})' if at else ''}. "
    text += "Cut those gaps, or lay music under them where the pause is meant."
    return _make("silence", f"Trim the silences of {title(row)}", text, request, extremes(compared))


def voice(found: dict[str, Compared], request: StrategyRequest) -> Recommendation | None:
    """Voice pacing as the measure for scripts."""
    compared = found.get("speech_rate")
    if compared is None:
        return None
    rate = quantity("speech_rate", compared.median)
    text = f"Your measured voice pacing is {rate}"
    text += f", from {number(compared.low.value)} to {number(compared.high.value)}. " if compared.several else ". "
    text += "Scripts made from these videos get as many words per segment as fit that pace."
    return _make("speech_rate", f"Write scripts for {rate}", text, request, extremes(compared))


def length(found: dict[str, Compared], request: StrategyRequest) -> Recommendation | None:
    """Duration against what each platform takes and advises."""
    compared = found.get("duration")
    if compared is None:
        return None
    table = {name: PLATFORMS[name].advice.longest for name in request.platforms}
    advised = float(knowledge.benchmarks()["short_s"]["value"])
    longest = compared.high
    tight = {name: most for name, most in table.items() if most and longest.value > most.value}
    outside = [
        Evidence(
            basis="benchmark",
            sentence=f"{PLATFORMS[name].label}: at most {number(most.value)} s",
            value=most.value,
            unit="s",
            source=f"{most.source} ({most.as_of})",
        )
        for name, most in tight.items()
    ]
    if tight:
        names = " and ".join(PLATFORMS[name].label for name in tight)
        headline = f"Cut a shorter version for {names}"
        text = f"{title(longest)} runs {number(longest.value)} s, longer than {names} takes as a short."
    elif longest.value > advised:
        headline = f"Make a version under {number(advised)} s"
        text = (
            f"{title(longest)} runs {number(longest.value)} s; a second cut under {number(advised)} s is a cheap test."
        )
        outside = [benchmark("short_s", f"Advice for shorts: under {number(advised)} s")]
    else:
        headline = f"Stay around {number(compared.median)} s"
        text = "All measured videos fit every chosen platform as they are; keep the length while you test other things."
    return _make("duration", headline, text, request, [*extremes(compared), *outside], list(tight) or None)


def shape(found: dict[str, Compared], request: StrategyRequest) -> Recommendation | None:
    """Aspect ratio against platforms that show vertical video."""
    compared = found.get("aspect")
    upright = [name for name in request.platforms if PLATFORMS[name].player.vertical_feed]
    if compared is None or not upright:
        return None
    wide = [row for row in compared.rows if row.value > 0.7]
    names = ", ".join(PLATFORMS[name].label for name in upright)
    if wide:
        headline = "Deliver 9:16 for the vertical feeds"
        example = f", for example {title(wide[-1])}" if compared.several else ""
        text = (
            f"{_share(wide, compared)} wider than 9:16{example}. Render 9:16 for {names}, "
            f"and keep the subject in the middle third when filming."
        )
    else:
        headline = "Keep filming upright"
        text = f"Your measured videos already fit the vertical feeds of {names}."
    return _make("aspect", headline, text, request, extremes(compared), upright)


RULES: tuple[Rule, ...] = (hook, pace, movement, silence, voice, loudness, length, shape)


def advise(found: dict[str, Compared], request: StrategyRequest) -> Iterator[Recommendation]:
    """All advice that the facts allow, in the order of `RULES`."""
    for rule in RULES:
        advice = rule(found, request)
        if advice is not None:
            yield advice
