"""The pictures of a video beside its timeline, as places in its storyboard. Pure."""

from dataclasses import dataclass

from media.models import MediaFile

_FRAMES_WIDE, _FRAMES_TALL = 14, 36


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the filmstrip: where it lies in the sprite, and in per cent of the axis."""

    x: int
    y: int
    width: int
    height: int
    left_pct: str = "0"
    share_pct: str = "100"


def filmstrip(storyboard: MediaFile | None, *, is_tall: bool, part: float = 1.0) -> list[Frame]:
    """Evenly chosen pictures of the sprite, as many as fit side by side on the part of the axis that is the video's."""
    if storyboard is None or not storyboard.probe.get("count"):
        return []
    board = storyboard.probe
    count, columns = board["count"], board["columns"]
    width, height = board["tile_width"], board["tile_height"]
    shown = max(1, min(count, round(part * (_FRAMES_TALL if is_tall else _FRAMES_WIDE))))
    chosen = [round((index + 0.5) * count / shown - 0.5) for index in range(shown)]
    share = 100 * part / shown
    return [
        Frame(
            (tile % columns) * width, (tile // columns) * height, width, height, f"{place * share:.3f}", f"{share:.3f}"
        )
        for place, tile in enumerate(chosen)
    ]  # fmt: skip


def tiles_text(storyboard: MediaFile | None) -> str:
    """What a script needs to show the picture of a moment: columns, count, tile width and height, seconds each."""
    if storyboard is None or not storyboard.probe.get("count"):
        return ""
    board = storyboard.probe
    names = ("columns", "count", "tile_width", "tile_height", "interval_s")
    return ",".join(f"{board[name]:g}" for name in names if name in board)
