"""The Celery application. A message only wakes a worker; the job row is the truth (see the jobs app)."""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

QUEUES = ("interactive", "default", "publish", "media")

app = Celery("elevoai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_queues=[Queue(name, routing_key=name) for name in QUEUES],
    task_default_exchange="default",
    task_default_routing_key="default",
    # A wake-up held back by a busy worker wakes nobody.
    worker_prefetch_multiplier=1,
    # A wake-up is worthless after it was taken; the job's lease is what survives a dead worker.
    task_acks_late=False,
    worker_enable_remote_control=False,
)
app.autodiscover_tasks()
