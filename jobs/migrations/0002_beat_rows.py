"""The beat rows without which no job would ever be taken back or woken."""

import json

from django.db import migrations

TASK = "jobs.run_periodic"
ROWS = {"jobs.tick": 1, "jobs.clean_up": 3600}


def make_rows(apps, schema_editor):
    """One row for each of the job system's own periodic actions."""
    IntervalSchedule = apps.get_model("django_celery_beat", "IntervalSchedule")
    PeriodicTask = apps.get_model("django_celery_beat", "PeriodicTask")
    for name, every in ROWS.items():
        interval = IntervalSchedule.objects.filter(every=every, period="seconds").first()
        interval = interval or IntervalSchedule.objects.create(every=every, period="seconds")
        PeriodicTask.objects.get_or_create(
            name=name,
            defaults={
                "task": TASK,
                "args": json.dumps([name]),
                "interval": interval,
                "queue": "default",
                "expire_seconds": 30,
            },
        )


def remove_rows(apps, schema_editor):
    """Every row that knocks for the job system: without its tables nobody answers."""
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(make_rows, remove_rows)]
