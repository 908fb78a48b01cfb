"""Plans made by hand: one stretch of a video, as it is."""

from collections.abc import Sequence

from editing.plan import Output, Overlay, PlanError, Problem, parse_plan
from editing.planners.extras import Extras
from editing.planners.measurements import Material
from editing.planners.notes import Planned, PlanNote


def trim(
    *,
    source: str,
    material: Material,
    outputs: Sequence[Output],
    start_s: float = 0.0,
    end_s: float | None = None,
    overlays: Sequence[Overlay] = (),
    extras: Extras | None = None,
) -> Planned:
    """From `start_s` to `end_s` of a video (to its end when None), without further choices."""
    end = material.duration_s if end_s is None else end_s
    if end > material.duration_s + 0.1:
        raise PlanError([Problem("end_s", f"The video ends at {material.duration_s:.2f} s, before {end:g} s.")])
    plan = parse_plan(
        {
            "segments": [{"source": source, "start_s": start_s, "end_s": min(end, material.duration_s)}],
            "overlays": [overlay.model_dump() for overlay in overlays],
            **(extras or Extras()).as_plan(),
            "outputs": [output.model_dump() for output in outputs],
        }
    )
    text = f"The edit is the stretch from {start_s:.2f} s to {end:.2f} s, chosen by hand."
    return Planned(plan, (PlanNote(text, {"start_s": round(start_s, 3), "end_s": round(end, 3)}),))
