from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("eservices_cases", "0014_found_by_outcome"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="formaldecision",
            index=models.Index(
                condition=models.Q(("electronic", True), ("notified_on", None)),
                fields=["decided_at"],
                name="decision_unopened",
            ),
        ),
    ]
