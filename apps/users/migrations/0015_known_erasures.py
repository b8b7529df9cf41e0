from django.db import migrations
from django.utils import timezone


def mark_erased_accounts(apps, schema_editor):
    users = apps.get_model("users", "User").objects
    shells = users.filter(is_active=False, email="", username__regex=r"^deleted-[0-9a-f]{32}$")
    shells.filter(erased_at=None).update(erased_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("users", "0014_erased_accounts")]

    operations = [migrations.RunPython(mark_erased_accounts, migrations.RunPython.noop)]
