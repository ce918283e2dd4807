from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eservices_bookings", "0002_outside_office")]

    operations = [
        migrations.AddField(
            model_name="resourcedescription",
            name="keys",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="Where and when keys are fetched and given back. Shown to the person who booked.",
                max_length=400,
                verbose_name="keys",
            ),
        ),
    ]
