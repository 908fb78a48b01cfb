"""What a Celery worker does at its start and end: say that it lives, and hand back what it cannot finish."""

import logging
import threading
from typing import Any

from celery import signals
from django.db import DatabaseError

from jobs import conf, db_connections, polling, runner
from jobs.leases import keeper, worker_name

logger = logging.getLogger(__name__)


def connect() -> None:
    """Listen to Celery's signals (again is harmless)."""
    signals.worker_ready.connect(ready, weak=False, dispatch_uid="jobs.ready")
    signals.worker_shutting_down.connect(_stopping, weak=False, dispatch_uid="jobs.stopping")
    signals.worker_shutdown.connect(_gone, weak=False, dispatch_uid="jobs.gone")


def ready(sender: Any, **_: Any) -> None:
    """Write the row of the worker whose consumer is ready."""
    controller = sender.controller
    queues = sorted(controller.app.amqp.queues.consume_from)
    label = controller.hostname.split("@")[0]
    try:
        keeper.announce_worker(f"{worker_name()}/{label}"[:120], queues, int(controller.concurrency or 1))
    except DatabaseError:
        logger.warning("The worker's row could not be written; its heartbeat will.", exc_info=True)
    finally:
        db_connections.release()
    polling.poller.start()


def _stopping(**_: Any) -> None:
    runner.stopping.set()
    polling.poller.stop()
    timer = threading.Timer(conf.shutdown_grace_s(), _hand_back)
    timer.daemon = True
    timer.start()


def _hand_back() -> None:
    try:
        returned = keeper.hand_back()
        if returned:
            logger.warning("%s unfinished jobs were handed back for another worker.", returned)
    finally:
        db_connections.release()


def _gone(**_: Any) -> None:
    try:
        keeper.withdraw_workers()
    except DatabaseError:
        logger.warning("The worker's row could not be removed; it will expire.", exc_info=True)
    finally:
        db_connections.release()
