from django.db import migrations

from core.rls import rewrite_policies


class Migration(migrations.Migration):
    """Both rules let the same rows through, so that nothing is to be undone."""

    dependencies = [
        ("core", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(rewrite_policies, migrations.RunPython.noop),
    ]
