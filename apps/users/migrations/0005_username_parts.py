"""Let staff find customers by a part of the username."""

from django.db import migrations

from apps.common.operations import AddTrigramIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("users", "0004_trigrams")]

    operations = [
        AddTrigramIndexConcurrently("user", "upper(username::text)", "users_user_username_parts"),
    ]
