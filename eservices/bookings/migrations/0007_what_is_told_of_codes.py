from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eservices_bookings", "0006_extras")]

    operations = [
        migrations.AlterField(
            model_name="resource",
            name="access_code",
            field=models.CharField(
                blank=True,
                help_text="Stands in the letters to who booked, once it is agreed, and in nothing else.",
                max_length=40,
                verbose_name="access code",
            ),
        ),
    ]
