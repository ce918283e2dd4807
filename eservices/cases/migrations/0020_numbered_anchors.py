from django.db import migrations, models


def forget_anchors_without_key(apps, schema_editor):
    """Earlier anchors were made without a key: anybody could make them, so they prove nothing."""
    anchors = apps.get_model("eservices_cases", "TraceAnchor")
    models.QuerySet(anchors, using=schema_editor.connection.alias).delete()


class Migration(migrations.Migration):
    dependencies = [("eservices_cases", "0019_terms_of_questions_of_stages")]

    operations = [
        migrations.RunPython(forget_anchors_without_key, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            name="traceanchor",
            options={
                "ordering": ["number"],
                "verbose_name": "anchor of the trace",
                "verbose_name_plural": "anchors of the trace",
            },
        ),
        migrations.RemoveField(model_name="traceanchor", name="day"),
        migrations.AddField(
            model_name="traceanchor",
            name="number",
            field=models.PositiveIntegerField(default=0, unique=True, verbose_name="number"),
            preserve_default=False,
        ),
    ]
