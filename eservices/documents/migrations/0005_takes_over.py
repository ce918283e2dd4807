from django.db import migrations, models
from django.db.models import Exists, F, OuterRef


def take_over(apps, schema_editor):
    """Of the renewals that were given a place in the zone of what they renew, the first has its place."""
    permits = apps.get_model("eservices_documents", "Permit").objects
    renewals = permits.filter(granted_at__isnull=False, renews__zone=F("zone"), case__rehearsal=False)
    renewals = renewals.exclude(document=None, case__state="closed")
    earlier = renewals.filter(renews=OuterRef("renews"), granted_at__lt=OuterRef("granted_at"))
    permits.filter(pk__in=renewals.exclude(Exists(earlier)).values("pk")).update(takes_over=True)


class Migration(migrations.Migration):

    dependencies = [
        ('eservices_documents', '0004_permits'),
    ]

    operations = [
        migrations.AddField(
            model_name='permit',
            name='takes_over',
            field=models.BooleanField(default=False, help_text='Its place is that of the permit it renews.'),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
