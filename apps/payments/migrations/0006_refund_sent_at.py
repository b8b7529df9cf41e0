from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_payment_sent_at")]
    operations = [
        migrations.AddField(
            model_name="refund",
            name="sent_at",
            field=models.DateTimeField(null=True, verbose_name="first sent"),
        ),
    ]
