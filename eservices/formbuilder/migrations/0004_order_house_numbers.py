import re

from django.db import migrations


def set_positions(apps, schema_editor):
    """Set the position of the houses that there are: the number at the beginning of their key."""
    houses = apps.get_model("eservices_formbuilder", "HouseNumber")
    numbered = [one for one in houses.objects.only("pk", "key") if re.match("[0-9]", one.key)]
    for one in numbered:
        one.position = int(re.match("[0-9]{1,18}", one.key)[0])
    houses.objects.bulk_update(numbered, ["position"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("eservices_formbuilder", "0003_house_points")]

    operations = [migrations.RunPython(set_positions, migrations.RunPython.noop, elidable=True)]
