"""Formats of outputs: aspects with their frame sizes, frame rates, and the margins that stay free of text.

Frame sizes are the sizes that the platforms recommend for each aspect. What a platform's own player covers and takes is
its `Player`; horizontal and square players cover little.
"""

from fractions import Fraction
from typing import Final, Literal

from platforms import PLATFORMS
from platforms.descriptor import SafeArea

Aspect = Literal["9:16", "1:1", "16:9", "4:5"]

ASPECTS: Final[dict[str, tuple[int, int]]] = {
    "9:16": (1080, 1920),
    "1:1": (1080, 1080),
    "16:9": (1920, 1080),
    "4:5": (1080, 1350),
}

FRAME_RATES: Final[dict[float, Fraction]] = {
    23.976: Fraction(24000, 1001),
    24.0: Fraction(24),
    25.0: Fraction(25),
    29.97: Fraction(30000, 1001),
    30.0: Fraction(30),
    50.0: Fraction(50),
    59.94: Fraction(60000, 1001),
    60.0: Fraction(60),
}


_DEFAULT_SAFE_AREA: Final = SafeArea(top=0.07, right=0.06, bottom=0.10, left=0.06)


def safe_area(aspect: str, platform: str | None) -> SafeArea:
    """The margins for text: the platform's in its vertical player, a plain title margin everywhere else."""
    if aspect == "9:16":
        return PLATFORMS[platform].player.safe_area if platform else _strictest()
    return _DEFAULT_SAFE_AREA


def _strictest() -> SafeArea:
    """A vertical output without a platform must stay readable in every vertical feed."""
    areas = [each.player.safe_area for each in PLATFORMS.values() if each.player.vertical_feed]
    return SafeArea(
        top=max(area.top for area in areas),
        right=max(area.right for area in areas),
        bottom=max(area.bottom for area in areas),
        left=max(area.left for area in areas),
    )


def key_for(aspect: str, platform: str | None = None) -> str:
    """A name for an output that is safe in a file name, such as `9x16` or `tiktok-9x16`."""
    plain = aspect.replace(":", "x")
    return f"{platform}-{plain}" if platform else plain


def nearest_rate(fps: float) -> float:
    """The constant rate for a measured one: the nearest standard, never above 30 so that phones play it everywhere.

    50 and 60 become 25 and 30: every second frame, without judder.
    """
    if fps <= 0:
        return 30.0
    while fps > 31:
        fps /= 2
    candidates = [rate for rate in FRAME_RATES if rate <= 30]
    return min(candidates, key=lambda rate: (abs(rate - fps), rate))
