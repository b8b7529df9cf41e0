from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="circuit",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=50, verbose_name="circuit"
            ),
        ),
        # The column keeps its name: the previous release knows no other.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("circuitstate", "kind", "name"),
                migrations.AlterField(
                    model_name="circuitstate",
                    name="name",
                    field=models.CharField(
                        db_column="kind",
                        max_length=50,
                        primary_key=True,
                        serialize=False,
                        verbose_name="name",
                    ),
                ),
            ]
        ),
        migrations.AlterModelOptions(
            name="circuitstate",
            options={"ordering": ("name",), "verbose_name": "circuit", "verbose_name_plural": "circuits"},
        ),
    ]
