"""How long what people deleted is kept before it is erased: the one figure of every trash."""

from datetime import timedelta
from typing import Final

IN_TRASH: Final = timedelta(days=30)
