"""Let no two accounts have one mailbox, in whatever spelling of its address."""

from django.db import migrations, models

from apps.common.operations import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("users", "0011_usernames_differ")]

    operations = [
        AddUniqueConcurrently(
            "user",
            models.UniqueConstraint(fields=["email_key"], name="users_user_email_key_unique"),
        ),
    ]
