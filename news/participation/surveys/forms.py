"""Form of a survey, built from its questions."""

from django import forms
from django.utils.translation import gettext as _

from ..public_pages import foreign_language_of
from ..spam_checks import ModeratedTextForm, validate_few_links
from .models import SurveyPage
from .results import SurveyQuestion

MAX_TEXT_LENGTH = 1_000


class SurveyForm(ModeratedTextForm):
    def __init__(self, *args, page: SurveyPage, **kwargs):
        super().__init__(*args, **kwargs)
        self.page, self.questions = page, page.question_definitions()
        if not page.once:
            self.fields.pop("email", None)
        needed = {block.id: block.value["required"] for block in page.questions}
        asked = {f"q-{one.key}": _field(one, needed[one.key]) for one in self.questions}
        for field in asked.values():
            field.language = foreign_language_of(page)
        self.fields = asked | self.fields

    def clean(self):
        self.need_one_of([f"q-{one.key}" for one in self.questions])
        return super().clean()

    def answers(self) -> dict:
        """Return the answers by question key."""
        data = self.cleaned_data
        return {one.key: data[f"q-{one.key}"] for one in self.questions if data.get(f"q-{one.key}")}


def _field(question: SurveyQuestion, needed: bool) -> forms.Field:
    common = {
        "label": question.text,
        "required": needed,
        "error_messages": {
            "required": _("Answer this question."),
            "invalid_choice": _("Choose from the list."),
        },
    }
    if question.kind == "multiple":
        return forms.MultipleChoiceField(
            choices=question.options, widget=forms.CheckboxSelectMultiple, **common
        )
    if question.options:
        return forms.ChoiceField(choices=question.options, widget=forms.RadioSelect, **common)
    widget = forms.Textarea(attrs={"rows": 3})
    help_text = _("Do not enter names or addresses.")
    return forms.CharField(
        max_length=MAX_TEXT_LENGTH,
        widget=widget,
        validators=[validate_few_links],
        help_text=help_text,
        **common,
    )
