"""Admin panel with the placeholders of a document template: questions and results of the services that issue it."""

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.admin.panels import Panel

from eservices.cases.workflow.stage_results import results_as_questions
from eservices.formbuilder.models import Form
from eservices.formbuilder.question_lists import build_picker_data, build_step

from .models import issuing_forms
from .placeholders import GIVEN


class PlaceholdersPanel(Panel):
    """List of the placeholders, with the data from which condition.js offers questions."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "documents/words_panel.html"
        media = forms.Media(css={"all": ["css/words.css"]})

        def get_context_data(self, parent_context=None):
            forms_of_key = issuing_forms(self.instance.key)
            steps = [step for form in forms_of_key for step in _steps(form)]
            fields = [one for form in forms_of_key for one in form.current.definition.fields.values()]
            return super().get_context_data(parent_context) | {
                "given": GIVEN.items(),
                "steps": steps,
                "data": build_picker_data(steps=steps, fields=fields, language=get_language()),
            }


def _steps(form: Form) -> list[dict]:
    """Return the questions of a service by step, then the results of its stages, in condition.js's format."""
    definition, language = form.current.definition, get_language()

    def label(field) -> str:
        return definition.text(f"field.{field.key}.label", language) or field.key

    steps = [
        build_step(
            f"{form.pk}-{step.key}",
            definition.text(f"step.{step.key}.title", language),
            step.fields,
            definition,
            language,
            label,
        )
        for step in definition.steps
    ]
    if kept := results_as_questions(definition, language):
        steps.append({"id": f"{form.pk}-", "title": _("From the administration"), "questions": kept})
    return steps
