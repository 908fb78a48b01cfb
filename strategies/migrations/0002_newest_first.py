from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strategies", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="strategy", name="strategy_by_workspace"),
        migrations.AddIndex(
            model_name="strategy",
            index=models.Index(fields=["workspace", "-created_at", "-id"], name="strategy_newest"),
        ),
        migrations.AlterField(
            model_name="strategy",
            name="search",
            field=models.TextField(blank=True, help_text="Normalised text in which the list's search looks."),
        ),
    ]
