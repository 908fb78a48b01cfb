"""Planners make edit plans: by hand, from a script, or from the material alone. The same inputs give the same plan."""

from editing.planners.extras import Extras
from editing.planners.fitting import Beat
from editing.planners.manual import trim
from editing.planners.measurements import Material, Span, material_from_features
from editing.planners.notes import Planned, PlanNote
from editing.planners.outputs import Wish, outputs_for
from editing.planners.script import ScriptSegment, from_material, from_script

__all__ = [
    "Beat",
    "Extras",
    "Material",
    "PlanNote",
    "Planned",
    "ScriptSegment",
    "Span",
    "Wish",
    "from_material",
    "from_script",
    "material_from_features",
    "outputs_for",
    "trim",
]
