"""Give usernames and e-mail addresses a column for what all their spellings have in common."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0008_known_places")]

    operations = [
        migrations.AddField("user", "username_key", models.CharField(editable=False, max_length=255, null=True)),
        migrations.AddField("user", "email_key", models.CharField(editable=False, max_length=255, null=True)),
        migrations.AlterField(
            "user",
            "email",
            models.EmailField(
                blank=True,
                error_messages={"unique": "A user with that e-mail address already exists."},
                max_length=254,
                verbose_name="email address",
            ),
        ),
    ]
