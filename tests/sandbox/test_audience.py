"""The audience: planted effects, growth, no number ever falls, same post same numbers."""

from __future__ import annotations

import dataclasses
import math
import statistics

import pytest

from sandbox import audience
from sandbox.audience import Received

DAY = 86_400.0
NOON = 1_790_000_000.0 - 1_790_000_000.0 % DAY + 12 * 3600
PLAIN = Received("tiktok", "seed", "A plain caption", 45.0, 1920, 1080, NOON, 10_000, "UTC")


def views(post: Received, noise: float = 0.0) -> float:
    return audience.final_views(post, noise)


class TestEffects:
    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("duration_under_7s", {"duration": 5.0}),
            ("duration_7_15s", {"duration": 10.0}),
            ("duration_15_30s", {"duration": 22.0}),
            ("duration_over_60s", {"duration": 75.0}),
            ("question_in_first_line", {"caption": "Why so plain?\nText"}),
            ("hashtags_3_5", {"caption": "A plain caption #a #b #c"}),
            ("hashtags_over_10", {"caption": "A plain caption " + " ".join(f"#t{n}" for n in range(11))}),
            ("evening_18_22", {"live_at": NOON + 7 * 3600}),
            ("night_1_6", {"live_at": NOON - 9 * 3600}),
            ("vertical", {"width": 1080, "height": 1920}),
            ("square", {"width": 1080, "height": 1080}),
            ("caption_60_150", {"caption": "A caption that goes on for a while and then a little longer than that"}),
        ],
    )
    def test_each_effect_multiplies_the_views(self, name: str, change: dict[str, object]) -> None:
        changed = dataclasses.replace(PLAIN, **change)  # type: ignore[arg-type]
        assert audience.effects(PLAIN) == []
        assert audience.effects(changed) == [name]
        assert views(changed) / views(PLAIN) == pytest.approx(audience.EFFECTS[name])

    def test_effects_multiply(self) -> None:
        both = dataclasses.replace(PLAIN, duration=20.0, width=1080, height=1920)
        assert views(both) / views(PLAIN) == pytest.approx(1.5 * 1.4)

    def test_hour_is_that_of_the_account(self) -> None:
        evening_in_new_york = dataclasses.replace(PLAIN, live_at=NOON + 11 * 3600, timezone="America/New_York")
        assert audience.effects(evening_in_new_york) == ["evening_18_22"]

    def test_tags_of_the_sandbox_are_not_hashtags(self) -> None:
        post = dataclasses.replace(PLAIN, caption="A plain caption #a #b #sandbox-spam-hold")
        assert audience.effects(post) == []

    def test_a_question_brings_comments(self) -> None:
        asked = dataclasses.replace(PLAIN, caption="Why so plain?")
        plain, question = (audience.numbers(post, NOON + 30 * DAY, 0.0) for post in (PLAIN, asked))
        assert question.comments / question.views == pytest.approx(1.6 * plain.comments / plain.views, rel=0.1)


class TestGrowth:
    def test_curve(self) -> None:
        assert audience.growth(0) == 0
        assert audience.growth(1.5 * DAY) == pytest.approx(1 - math.exp(-1))
        assert audience.growth(60 * DAY) > 0.99

    def test_no_number_ever_falls(self) -> None:
        seen = [audience.numbers(PLAIN, NOON + hours * 3600, 0.45) for hours in range(0, 400, 3)]
        for field in dataclasses.fields(seen[0]):
            values = [getattr(one, field.name) for one in seen]
            assert values == sorted(values), field.name

    def test_before_going_live_there_is_nothing(self) -> None:
        assert audience.numbers(PLAIN, NOON - 10, 0.45).views == 0


class TestNoise:
    def test_spread_is_lognormal_with_the_setting(self) -> None:
        posts = [dataclasses.replace(PLAIN, seed=f"s{n}") for n in range(3000)]
        logs = [math.log(views(post, 0.45)) for post in posts]
        assert statistics.pstdev(logs) == pytest.approx(0.45, rel=0.06)
        assert statistics.mean(logs) == pytest.approx(math.log(views(PLAIN)), abs=0.03)

    def test_the_same_post_has_the_same_numbers(self) -> None:
        assert audience.numbers(PLAIN, NOON + DAY, 0.45) == audience.numbers(PLAIN, NOON + DAY, 0.45)
        other = dataclasses.replace(PLAIN, seed="other")
        assert audience.numbers(PLAIN, NOON + DAY, 0.45) != audience.numbers(other, NOON + DAY, 0.45)


class TestWatching:
    def test_longer_videos_are_watched_to_a_smaller_share(self) -> None:
        short, long = (dataclasses.replace(PLAIN, duration=d) for d in (10.0, 90.0))
        assert audience.watched_ratio(short) > audience.watched_ratio(long) > 0
        assert audience.watched_ratio(dataclasses.replace(PLAIN, duration=0.0)) == 0

    def test_retention_agrees_with_the_average(self) -> None:
        curve = audience.retention(PLAIN, 400)
        assert curve[0] == 1.0
        assert curve == sorted(curve, reverse=True)
        assert statistics.mean(curve) == pytest.approx(audience.watched_ratio(PLAIN), abs=0.01)
