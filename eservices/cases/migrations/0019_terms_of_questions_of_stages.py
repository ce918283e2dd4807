"""Questions that a stage had asked before they kept their term have it too: the page says by when to answer."""

from datetime import datetime

from django.db import migrations


def keep_terms(apps, schema_editor):
    Message = apps.get_model("eservices_cases", "Message")
    CaseStage = apps.get_model("eservices_cases", "CaseStage")
    for row in CaseStage.objects.filter(type="question", progress="active", data__has_key="term"):
        asked = Message.objects.filter(case=row.case_id, kind="question", author=None).order_by("at").last()
        if asked and asked.term is None:
            asked.term = datetime.fromisoformat(row.data["term"])
            asked.save(update_fields=["term"])


class Migration(migrations.Migration):
    dependencies = [
        ("eservices_cases", "0018_terms_of_questions"),
    ]

    operations = [
        migrations.RunPython(keep_terms, migrations.RunPython.noop, elidable=True),
    ]
