from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("eservices_cases", "0011_told_by_sms"),
    ]

    operations = [
        migrations.AlterField(
            model_name="escalation",
            name="kind",
            field=models.CharField(
                choices=[("near", "deadline near"), ("over", "deadline over"), ("stop", "blocked")], max_length=4
            ),
        ),
    ]
