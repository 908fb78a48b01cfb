"""The column that says where a consent was begun has its plain name."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("publishing", "0013_calendar_feeds")]

    operations: ClassVar = [migrations.RenameField("oauthstate", "door", "origin")]
