from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("eservices_cases", "0013_questions_have_a_term"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("rehearsal", False), models.Q(("outcome", ""), _negated=True)),
                fields=["outcome", "-closed_at", "-paused_at", "deadline", "opened_at", "reference", "team", "protected"],
                name="case_by_outcome",
            ),
        ),
        migrations.AddIndex(
            model_name="casestage",
            index=models.Index(
                condition=models.Q(("waiting_for__in", ["lead", "others"])),
                fields=["waiting_for", "case"],
                name="stage_held_up",
            ),
        ),
    ]
