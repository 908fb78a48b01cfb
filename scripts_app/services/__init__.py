"""Every change of a script: made (`making`), edited and restored (`versions`), deleted and brought back (`trash`)."""

from scripts_app.services.making import Made, create, generate, retry
from scripts_app.services.trash import delete, undelete
from scripts_app.services.versions import edit, restore

__all__ = ["Made", "create", "delete", "edit", "generate", "restore", "retry", "undelete"]
