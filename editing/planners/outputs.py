"""Turns wishes (aspect, platform, length, resolution) into outputs that suit the material."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from editing.formats import ASPECTS, key_for, nearest_rate
from editing.plan import Output, PlanError, Problem
from editing.planners.measurements import Material
from editing.planners.notes import PlanNote
from platforms import PLATFORMS

_RESOLUTION: Final = re.compile(r"^(\d{2,4})x(\d{2,4})$")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks of one output; what is None follows from the platform and the material."""

    aspect: str | None = None
    platform: str | None = None
    resolution: str | None = None
    max_duration_s: float | None = None
    fit: str | None = None


def outputs_for(wishes: Sequence[Wish], material: Material) -> tuple[tuple[Output, ...], tuple[PlanNote, ...]]:
    """The outputs with notes on what was decided; `PlanError` names a wish that cannot be met."""
    outputs: list[Output] = []
    notes: list[PlanNote] = []
    for place, wish in enumerate(wishes):
        output = _output(wish, material, f"outputs.{place}", {made.key for made in outputs})
        outputs.append(output)
        notes.append(_note(output, material))
    return tuple(outputs), tuple(notes)


def _output(wish: Wish, material: Material, path: str, taken: set[str]) -> Output:
    if wish.platform is not None and wish.platform not in PLATFORMS:
        raise PlanError([Problem(path, f"“{wish.platform}” is not a platform; choose one of {', '.join(PLATFORMS)}.")])
    player = PLATFORMS[wish.platform].player if wish.platform else None
    aspect = wish.aspect or (player.aspect if player else "9:16")
    if aspect not in ASPECTS:
        raise PlanError([Problem(path, f"“{aspect}” is not a known aspect; choose one of {', '.join(ASPECTS)}.")])
    width, height = _size(wish, aspect, path)
    limits = [limit for limit in (wish.max_duration_s, player.longest_s if player else None) if limit]
    key = key_for(aspect, wish.platform)
    number = 2
    while key in taken:
        key, number = f"{key_for(aspect, wish.platform)}-{number}", number + 1
    try:
        return Output.model_validate(
            {
                "key": key,
                "aspect": aspect,
                "width": width,
                "height": height,
                "fps": nearest_rate(material.fps),
                "platform": wish.platform,
                "max_duration_s": min(limits) if limits else None,
                "max_bitrate_kbps": player.max_bitrate_kbps if player else 12_000,
                "fit": wish.fit or _fit(width / height, material),
            }
        )
    except ValueError as error:
        raise PlanError([Problem(path, _sentence(error))]) from error


def _size(wish: Wish, aspect: str, path: str) -> tuple[int, int]:
    if wish.resolution is None:
        return ASPECTS[aspect]
    match = _RESOLUTION.match(wish.resolution)
    if match is None or not int(match[1]) or not int(match[2]):
        raise PlanError([Problem(path, f"“{wish.resolution}” is not a resolution; write it like 1080x1920.")])
    return int(match[1]), int(match[2])


def _fit(shape: float, material: Material) -> str:
    """A tall or square frame is filled; a wide one shows all of a tall picture, which would lose its heads and feet."""
    own = material.width / material.height if material.height else shape
    return "pad" if shape > 1.2 and own < 0.9 else "crop"


def _note(output: Output, material: Material) -> PlanNote:
    own = material.width / material.height if material.height else 1.0
    shape = output.width / output.height
    kept = min(own, shape) / max(own, shape)
    if output.fit == "pad":
        text = f"{output.key} shows the whole picture on a blurred background: cropping would keep {kept:.0%} of it."
    elif kept > 0.98:
        text = f"{output.key} has the shape of the video; nothing is cropped."
    else:
        text = f"{output.key} keeps the middle {kept:.0%} of the picture."
    return PlanNote(text, {"output": output.key, "kept_ratio": round(kept, 3), "fit": output.fit, "fps": output.fps})


def _sentence(error: ValueError) -> str:
    """The first sentence of a validation error."""
    for item in getattr(error, "errors", list)():
        cause = item.get("ctx", {}).get("error")
        return str(cause) if cause else f"{'.'.join(map(str, item['loc']))}: {item['msg']}."
    return str(error)
