"""Adds the department whose data a run works on; the runs that there are belong to the house."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_tables")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="department",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="部门"),
            preserve_default=False,
        ),
    ]
