"""The gain that brings a mix to its loudness."""

from math import inf

import pytest

from editing.loudness import Loudness, choose_gain, parse
from editing.plan import Audio


def no_measure(gain_db: float) -> Loudness:
    raise AssertionError("nothing has to be measured")


class TestReport:
    def test_the_last_values_count(self) -> None:
        report = "t: 1 I: -30.0 LUFS\n  Integrated loudness:\n    I:         -21.3 LUFS\n  Peak:       -4.5 dBFS\n"
        assert parse(report) == Loudness(-21.3, -4.5)

    def test_silence(self) -> None:
        assert parse("I: -70.0 LUFS Peak: -inf dBFS") == Loudness(-70.0, -inf)
        assert parse("") == Loudness(-inf, -inf)


class TestGain:
    def test_with_room_for_the_peaks_it_is_the_difference(self) -> None:
        assert choose_gain(Audio(), Loudness(-24.0, -15.0), no_measure) == pytest.approx(10.0)

    def test_louder_than_wanted_is_turned_down(self) -> None:
        assert choose_gain(Audio(), Loudness(-9.0, 0.0), no_measure) == pytest.approx(-5.0)

    def test_what_the_limiter_takes_is_given_back(self) -> None:
        asked: list[float] = []

        def measure(gain_db: float) -> Loudness:
            asked.append(gain_db)
            return Loudness(-24.0 + 0.8 * gain_db, -1.0)

        gain = choose_gain(Audio(), Loudness(-24.0, -5.0), measure)
        assert -24.0 + 0.8 * gain == pytest.approx(-14.0, abs=0.2)
        assert 1 < len(asked) <= 4

    def test_a_target_out_of_reach_takes_the_best(self) -> None:
        gain = choose_gain(Audio(), Loudness(-30.0, -1.0), lambda gain_db: Loudness(-20.0, -1.0))
        assert gain == pytest.approx(16.0)

    @pytest.mark.parametrize("mix", [Loudness(-inf, -inf), Loudness(-70.0, -60.0), Loudness(-61.0, -50.0)])
    def test_silence_is_not_lifted(self, mix: Loudness) -> None:
        assert choose_gain(Audio(), mix, no_measure) == 0.0

    def test_no_target_changes_nothing(self) -> None:
        assert choose_gain(Audio(loudness_lufs=None), Loudness(-30.0, -20.0), no_measure) == 0.0

    def test_room_noise_is_lifted_only_so_far(self) -> None:
        assert choose_gain(Audio(), Loudness(-55.0, -45.0), no_measure) == 30.0
