"""Job handlers of strategies."""

from documents.tasks import register
from strategies.document import STRATEGY

generate, empty_trash = register(STRATEGY)
