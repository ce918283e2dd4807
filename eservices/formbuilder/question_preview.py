"""Preview of a question type, for the editor who chooses one."""

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .definition import FormDefinition
from .field_types import FieldType
from .forms import QuestionContext, QuestionsForm


def question_sample(kind: FieldType) -> QuestionContext:
    """Return a question of ``kind`` as the applicant sees it, in the active language."""
    language = get_language() or "en"
    definition = FormDefinition(
        {
            "language": language,
            "steps": [
                {"key": "step", "fields": [{"key": "q", "type": kind.key, "required": True} | kind.example]}
            ],
            "texts": {language: _texts(kind)},
        }
    )
    form = QuestionsForm(definition, definition.steps[0].fields, language, {}, timezone.localdate())
    return form.questions[0]


def _texts(kind: FieldType) -> dict[str, str]:
    return {
        "field.q.label": str(kind.label),
        "field.q.text": _("Information that people need before they answer, in a few short sentences."),
        "field.r.label": _("Short text"),
        "option.q.a": _("First answer"),
        "option.q.b": _("Second answer"),
        "option.q.c": _("Third answer"),
    }
