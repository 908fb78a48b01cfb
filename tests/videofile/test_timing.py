"""The nominal rate is that of most pictures, told exactly whatever the container rounds."""

from fractions import Fraction
from itertools import accumulate

import pytest

from videofile.timing import Rate, rate_of


def at(*gaps: tuple[int, float]) -> list[float]:
    """Times from (how many, seconds apart)."""
    return [0.0, *accumulate(gap for count, gap in gaps for _ in range(count))]


@pytest.mark.parametrize("fps", [10, 15, 18, 23.976, 24, 25, 29.97, 30, 50, 59.94, 60, 119.88, 120, 240])
@pytest.mark.parametrize("tick", [Fraction(1, 1000), Fraction(1, 90_000)])
def test_a_steady_rate_is_exact(fps: float, tick: Fraction) -> None:
    times = [round(number / fps / tick) * float(tick) for number in range(300)]
    assert rate_of(times, Fraction(fps).limit_denominator(1001), tick) == Rate(pytest.approx(fps, abs=0.0011), False)


def test_slow_motion_is_as_fast_as_most_of_its_pictures() -> None:
    assert rate_of(at((30, 1 / 30), (480, 1 / 240))) == Rate(240.0, True)
    assert rate_of(at((300, 1 / 30), (48, 1 / 240))) == Rate(30.0, True)


def test_a_gap_is_no_rate() -> None:
    assert rate_of(at((150, 1 / 30), (1, 2.0), (150, 1 / 30))) == Rate(30.0, True)


def test_hundredths_of_a_second_are_thirty_a_second() -> None:
    assert rate_of(at(*[(2, 0.03), (1, 0.04)] * 30), None, Fraction(1, 100)) == Rate(30.0, False)


def test_one_picture_has_the_rate_that_is_declared() -> None:
    assert rate_of([0.0], Fraction(25)) == Rate(25.0, False)
    assert rate_of([], None) == Rate(0.0, False)
