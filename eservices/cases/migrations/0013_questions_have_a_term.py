from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("eservices_cases", "0012_blocked_is_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="due_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When a question is looked at next: to remind, or at its term.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="term",
            field=models.DateTimeField(
                blank=True, help_text="Of an agent’s question.", null=True, verbose_name="to be answered by"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="question_due"
            ),
        ),
    ]
