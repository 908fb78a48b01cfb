"""A draft in a platform's inbox is not public: what was counted for it goes."""

from django.db import migrations

from core import scope


def forget(apps, schema_editor):
    """Delete the numbers and the collecting plans of drafts."""
    with scope.system("migrate numbers"):
        for name in ("LatestMetrics", "MetricSnapshot", "MetricPlan"):
            apps.get_model("analytics", name).objects.filter(target__state="in_inbox").delete()


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_names"), ("publishing", "0009_states_of_old_rows")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
