"""Let no two accounts have one username, in whatever spelling."""

from django.db import migrations, models

from apps.common.operations import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("users", "0010_accounts_in_normal_form")]

    operations = [
        AddUniqueConcurrently(
            "user",
            models.UniqueConstraint(fields=["username_key"], name="users_user_username_key_unique"),
        ),
    ]
