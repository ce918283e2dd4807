"""What an editor may put into a document: what the services that issue it ask and leave, to read and to choose."""

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.admin.panels import Panel

from eservices.cases.stages.kept import as_questions
from eservices.formbuilder.blocks import condition_vocabulary
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.models import Form

from .placeholders import GIVEN


class WordsPanel(Panel):
    """Lists the placeholders, and brings the data that condition.js chooses questions from."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "documents/words_panel.html"
        media = forms.Media(css={"all": ["css/words.css"]})

        def get_context_data(self, parent_context=None):
            from .models import issuing_forms  # whose model has this panel

            steps = [step for form in issuing_forms(self.instance.key) for step in _steps(form)]
            return super().get_context_data(parent_context) | {
                "given": GIVEN.items(),
                "steps": steps,
                "data": {
                    "form-questions": {
                        "steps": steps,
                        "current": "",
                        "compares": {key: kind.compares for key, kind in field_types.items() if kind.asks},
                    },
                    "condition-words": condition_vocabulary(),
                },
            }


def _steps(form: Form) -> list[dict]:
    """The questions of a service by step, then what its stages leave, as condition.js lists them."""
    definition, language = form.current.definition, get_language()
    kept = as_questions(definition, language)

    def question(field) -> dict:
        found = {
            "key": field.key,
            "label": definition.text(f"field.{field.key}.label", language) or field.key,
            "type": field.type,
        }
        if field.options:
            found["options"] = [
                [one.value, definition.text(f"option.{field.key}.{one.value}", language) or one.value]
                for one in field.options
            ]
        return found

    steps = [
        {
            "id": f"{form.pk}-{step.key}",
            "title": definition.text(f"step.{step.key}.title", language),
            "questions": [question(one) for one in step.fields if field_types[one.type].asks],
        }
        for step in definition.steps
    ]
    if kept:
        steps.append({"id": f"{form.pk}-", "title": _("From the administration"), "questions": kept})
    return steps
