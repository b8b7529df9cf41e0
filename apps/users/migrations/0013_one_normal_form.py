"""Drop the indexes of another normal form: the database's own lower case, which each database has its own of."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("users", "0012_addresses_differ")]

    operations = [
        migrations.RemoveConstraint("user", "users_user_username_unique"),
        migrations.RemoveConstraint("user", "users_user_email_unique"),
    ]
