"""An address is unique once it is confirmed; until then several people may have given it.

The way back is lossless: before, no two people could share an address, so whoever shares one gets their id put into
it (`ann+<id>@example.com`), all but the person whose address is confirmed, or else the oldest. The way forward takes it
out again. An address of more than 221 characters has no room for that: PostgreSQL then refuses the way back whole.
"""

import django.db.models.functions.text
from django.db import migrations, models


def _marked(user):
    name, _, domain = user.email.partition("@")
    return f"{name}+{user.pk.hex}@{domain}"


def part_shared_addresses(apps, schema_editor):
    seen = set()
    first = models.F("email_verified_at").asc(nulls_last=True)
    for user in apps.get_model("accounts", "User").objects.order_by(first, "created_at", "id").iterator():
        if user.email.lower() in seen:
            user.email = _marked(user)
            user.save(update_fields=["email"])
        seen.add(user.email.lower())


def join_shared_addresses(apps, schema_editor):
    for user in apps.get_model("accounts", "User").objects.filter(email__contains="+"):
        user.email = user.email.replace(f"+{user.pk.hex}@", "@")
        user.save(update_fields=["email"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="user",
            name="user_email_any_case",
        ),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(db_index=True, max_length=254),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email_verified_at__isnull", False)),
                name="user_email_confirmed_once",
            ),
        ),
        migrations.RunPython(join_shared_addresses, part_shared_addresses),
    ]
