from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scripts", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="script", name="script_by_workspace"),
        migrations.AddIndex(
            model_name="script",
            index=models.Index(fields=["workspace", "-created_at", "-id"], name="script_newest"),
        ),
        migrations.AlterField(
            model_name="script",
            name="search",
            field=models.TextField(blank=True, help_text="Normalised text in which the list's search looks."),
        ),
    ]
