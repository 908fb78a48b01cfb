"""Every change of a strategy: made (`making`), edited and restored (`versions`), deleted and brought back (`trash`)."""

from strategies.services.making import Made, create, generate, regenerate, retry
from strategies.services.trash import delete, undelete
from strategies.services.versions import edit, restore

__all__ = ["Made", "create", "delete", "edit", "generate", "regenerate", "restore", "retry", "undelete"]
