"""Let staff find customers by a part of the e-mail address."""

from django.db import migrations

from apps.common.operations import AddTrigramIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("users", "0005_username_parts")]

    operations = [
        AddTrigramIndexConcurrently("user", "upper(email::text)", "users_user_email_parts"),
    ]
