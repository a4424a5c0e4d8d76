"""Adds the reference to the decision by which important or core data are shared."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grants", "0001_tables")]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="decision",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="重要数据共享审批文号"),
            preserve_default=False,
        ),
    ]
