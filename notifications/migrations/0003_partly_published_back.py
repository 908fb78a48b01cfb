"""On the way back, notices of a kind that is not known yet become those of the nearest one."""

from django.db import migrations

from core import scope


def back(apps, schema_editor):
    """Partly published counted as published."""
    with scope.system("migrate notices"):
        apps.get_model("notifications", "Notice").objects.filter(kind="post_partly_out").update(kind="post_published")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_partly_published")]

    operations = [migrations.RunPython(migrations.RunPython.noop, back)]
