"""Beat's scheduler: the rows of django-celery-beat, read by a loop that no outage ends."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections, connections
from django_celery_beat.schedulers import DatabaseScheduler
from kombu.exceptions import OperationalError as BrokerError

from core import outages
from core.background_threads import backoff_s

logger = logging.getLogger(__name__)

_FIRST_PAUSE_S, _MOST_PAUSE_S = 1.0, 5.0


class Scheduler(DatabaseScheduler):
    """Sends a message for each row that is due. During an outage it waits, and afterwards reads everything again."""

    _failures = 0
    _last_timestamp: datetime | None

    def setup_schedule(self) -> None:
        """The first reading; a start during an outage is finished by the ticks."""
        try:
            super().setup_schedule()
        except Exception as error:
            self._begin_again(error)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; returns the seconds until the next look. Never raises."""
        try:
            pause: float = super().tick(*args, **kwargs)
        except Exception as error:
            self._begin_again(error)
            return backoff_s(self._failures - 1, _FIRST_PAUSE_S, _MOST_PAUSE_S)
        if self._failures:
            logger.warning("Beat works again after %d failures.", self._failures)
            self._failures = 0
        return pause

    def schedule_changed(self) -> bool:
        """Whether an operator changed a row. Raises during an outage, which the tick waits out."""
        close_old_connections()
        last, self._last_timestamp = self._last_timestamp, self.Changes.last_change()
        changed = self._last_timestamp
        return bool(changed and changed > (last or changed))

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Send one. An entry that cannot be sent is logged; a broker that is away ends the tick."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except Exception as error:
            # The library wraps what stopped it and keeps it as the context.
            reason = error.__context__ or error
            if isinstance(reason, BrokerError) or outages.of(reason) is not None:
                raise
            logger.exception("The message for %s could not be sent.", entry.name)

    def sync(self) -> None:
        """Write when the entries last ran; what cannot be written now is written later."""
        try:
            super().sync()
        except Exception as error:
            logger.warning("Beat could not write its entries: %s", error)

    def _begin_again(self, error: Exception) -> None:
        logger.warning("Beat failed and will go on: %s", error, exc_info=not self._failures)
        self._failures += 1
        # What was taken from the heap before the failure is not in it any more, and what changed was not read.
        self._heap = None
        self._last_full_sync = datetime.now() - timedelta(days=1)  # noqa: DTZ005 - the library compares it so
        with suppress(Exception):
            connections.close_all()

    def _ensure_connected(self) -> Any:
        """The broker, at once or not: the ticks are what tries again (the library would try for an hour in here)."""
        return self.connection.ensure_connection(max_retries=1, interval_start=0)
