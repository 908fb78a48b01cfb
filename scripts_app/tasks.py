"""Job handlers of scripts."""

from documents.tasks import register
from scripts_app.document import SCRIPT

generate, empty_trash = register(SCRIPT)
