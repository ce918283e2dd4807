"""Forms of contributions. Cleaned data become the payload of a pending action."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.validators import validate_no_control

from ..moderation.forms import NamedAuthorForm
from ..moderation.states import AuthorDisplay
from ..public_pages import foreign_language_of
from ..spam_checks import validate_few_links
from .models import TITLE, ConsultationPage
from .states import Status, is_allowed

MAX_TEXT_LENGTH = 4_000


class ContributionForm(NamedAuthorForm):
    """A title and an idea; or answers to the questions of the page."""

    def __init__(self, *args, page: ConsultationPage, **kwargs):
        super().__init__(*args, **kwargs)
        self.page = page
        asked = self._questions() if page.asks_questions else self._idea()
        for field in asked.values():
            field.language = foreign_language_of(page) if page.asks_questions else ""
        self.fields = asked | self.fields
        self.order_fields([*asked, "shown_as", "name", "email"])
        if not page.public:
            del self.fields["shown_as"], self.fields["name"]

    def _idea(self) -> dict:
        return {
            "title": forms.CharField(
                label=_("Your idea in one line"),
                max_length=TITLE,
                validators=[validate_no_control, validate_few_links],
                error_messages={"required": _("Give it a title.")},
            ),
            "text": forms.CharField(
                label=_("Your proposal, and the change that it would bring"),
                max_length=MAX_TEXT_LENGTH,
                validators=[validate_few_links],
                widget=forms.Textarea,
                error_messages={"required": _("Describe your idea.")},
            ),
        }

    def _questions(self) -> dict:
        only = len(self.page.questions) == 1
        return {
            f"q-{block.id}": forms.CharField(
                label=block.value["question"],
                help_text=block.value["help"],
                required=only,
                max_length=MAX_TEXT_LENGTH,
                validators=[validate_few_links],
                widget=forms.Textarea,
                error_messages={"required": _("Answer this question.")},
            )
            for block in self.page.questions
        }

    def clean(self):
        self.need_one_of([name for name in self.fields if name.startswith("q-")])
        return super().clean()

    def written(self) -> dict:
        """Return the arguments for ``actions.submit_contribution``."""
        data = self.cleaned_data
        answers = [
            {"question": block.value["question"], "answer": data[f"q-{block.id}"]}
            for block in self.page.questions
            if data.get(f"q-{block.id}")
        ]
        return {
            "title": data.get("title", ""),
            "text": data.get("text", ""),
            "answers": answers if self.page.asks_questions else [],
            "name": data.get("name", ""),
            "shown_as": data.get("shown_as", AuthorDisplay.NOBODY),
        }


class AnswerForm(forms.Form):
    """Status and reply for staff. Answers to questions get only a reply, no status."""

    status = forms.ChoiceField(label=gettext_lazy("Follow-up"))
    reply = forms.CharField(
        label=gettext_lazy("Public answer of the commune"),
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5, "class": "in"}),
    )

    def __init__(self, *args, contribution, **kwargs):
        initial = {"status": contribution.status, "reply": contribution.reply}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["status"].choices = [
            (one.value, one.label) for one in Status if is_allowed(contribution.status, one)
        ]
        self.fields["status"].widget.attrs["class"] = "in"
        self.status = contribution.status
        if contribution.answers:
            del self.fields["status"]

    def clean(self):
        return {"status": self.status} | super().clean()
