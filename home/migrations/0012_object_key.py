from django.db import migrations, models


class Migration(migrations.Migration):
    """The writer of the search index has an ``object_id`` of its own, and stops at a model that has one too."""

    dependencies = [("home", "0011_places_of_documents")]

    operations = [
        migrations.RemoveConstraint("searchentry", "one_search_entry_per_language"),
        migrations.RenameField("searchentry", "object_id", "object_key"),
        migrations.AddConstraint(
            "searchentry",
            models.UniqueConstraint(
                fields=["content_type", "object_key", "language"], name="one_search_entry_per_language"
            ),
        ),
    ]
