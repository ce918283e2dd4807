from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eservices_bookings", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="timetable",
            name="outside_office",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Otherwise appointments are offered only while the counter is open. Exceptions always apply.",
                verbose_name="also outside the opening hours of the counter",
            ),
        ),
    ]
