"""Forms for actions on a case. The cleaned data are the arguments of the action."""

from django import forms
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from eservices.formbuilder import placeholders
from eservices.formbuilder.fields import PhoneField
from eservices.submissions.message_attachments import AttachmentsField
from home.extensions.base import merged

from .extension_points import CaseExtension
from .models import Absence, CallbackRequest, Case, ConcernedPerson, EnclosureReview
from .workflow import absences
from .workflow.identity import IdentityCheck

MAX_TEXT_LENGTH = 10_000
MAX_EVENT_NUMBER = 2**31 - 1
DEFAULT_DAYS, MAX_DAYS = 10, 400  # working days to answer an agent's question


def textarea_field(label, **options):
    return forms.CharField(
        label=label,
        max_length=MAX_TEXT_LENGTH,
        error_messages={"required": _("Write a few words first.")},
        widget=forms.Textarea(attrs={"rows": 3}),
        **options,
    )


def refuse_placeholders(text: str) -> None:
    """Raise ValidationError if a text to be sent unchanged contains a placeholder.

    The applicant would read it.
    """
    if left := placeholders.unreplaced(text):
        raise forms.ValidationError(placeholders.not_replaced(left[0]))


class CaseActionForm(forms.Form):
    """The arguments of an action besides the case. ``user``: its actor."""

    def __init__(self, *args, case: Case | None = None, user: User | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.case, self.user = case, user


class SeenEventForm(CaseActionForm):
    """A form that sends back the number of the last event that the agent saw."""

    seen = forms.IntegerField(
        required=False, min_value=0, max_value=MAX_EVENT_NUMBER, widget=forms.HiddenInput
    )


class ProtectForm(CaseActionForm):
    """The reason to protect the case. Colleagues who may see the case read it."""

    reason = textarea_field(_("Source of the information that an address is protected"))


class UnprotectForm(CaseActionForm):
    """The reason why the case needs no protection."""

    reason = textarea_field(_("Source of the information that no address in this case is protected"))


# -- Assignment ----------------------------------------------------------------------------------------------
class PrefetchedChoiceIterator(forms.models.ModelChoiceIterator):
    """Choices fetched at once: a template asks for their number before it renders them."""

    def __iter__(self):
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from map(self.choice, self.queryset)

    def __len__(self):
        return len(self.queryset) + (self.field.empty_label is not None)


class AgentField(forms.ModelChoiceField):
    """A team member. Absent members are marked."""

    iterator = PrefetchedChoiceIterator
    away: dict = {}

    def label_from_instance(self, user):
        absence = self.away.get(user.pk)
        if absence is None:
            return str(user)
        label = _("%(agent)s, away") if absence.deputy is None else _("%(agent)s is away, deputy: %(deputy)s")
        return label % {"agent": user, "deputy": absence.deputy}


class AssignForm(CaseActionForm):
    agent = AgentField(User.objects.none(), label=_("Agent"), required=False, empty_label=_("nobody"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["agent"]
        field.away = absences.absences_by_user(self.case.team)
        field.queryset = absences.visible_colleagues(self.case)

    @property
    def colleagues(self):
        """The agents who may be chosen."""
        return self.fields["agent"].queryset

    @property
    def absence(self) -> Absence | None:
        """The absence of the assigned agent; None if they are present."""
        return self.fields["agent"].away.get(self.case.assignee_id)


# -- Messages ------------------------------------------------------------------------------------------------
class NoteForm(CaseActionForm):
    text = textarea_field(_("Internal note"))


class TextWithFilesForm(CaseActionForm):
    """A text with files, to or from the applicant."""

    files = AttachmentsField(label=_("Files"), required=False)


class MessageForm(TextWithFilesForm):
    text = textarea_field(_("Message"), validators=[refuse_placeholders])
    field_order = ["text", "files"]


class AnswerForm(TextWithFilesForm):
    text = textarea_field(_("Answer of the applicant by telephone, at the counter or by post"))
    field_order = ["text", "files"]


class AskForm(TextWithFilesForm, SeenEventForm):
    text = textarea_field(_("Information we need"), validators=[refuse_placeholders])
    days = forms.IntegerField(
        label=_("Working days to answer"),
        help_text=_(
            "We send reminders halfway and two working days before the end. After that, the case "
            "returns to you."
        ),
        required=False,
        initial=DEFAULT_DAYS,
        min_value=1,
        max_value=MAX_DAYS,
    )
    field_order = ["text", "files", "days"]

    def clean_days(self) -> int:
        """Return the days; the default if empty, because every question needs a term."""
        return self.cleaned_data["days"] or DEFAULT_DAYS


class CallbackForm(CaseActionForm):
    phone = PhoneField(
        label=_("Telephone"),
        max_length=32,
        widget=forms.TextInput(attrs={"type": "tel"}),
        error_messages={"required": _("Telephone number to call")},
    )
    wish = forms.CharField(label=_("When (optional)"), max_length=200, required=False)
    about = textarea_field(_("Subject of the call (optional)"), required=False)


class CallbackResultForm(CaseActionForm):
    call = forms.ModelChoiceField(CallbackRequest.objects.none(), widget=forms.HiddenInput)
    reached = forms.TypedChoiceField(
        label=_("Result of the call"),
        choices=[("yes", _("reached")), ("no", _("not reached"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    result = textarea_field(_("Summary of the call (optional)"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["call"].queryset = self.case.calls.all()


# -- Reviews and corrections ---------------------------------------------------------------------------------
class EnclosureForm(CaseActionForm):
    field = forms.SlugField(max_length=60, widget=forms.HiddenInput)
    state = forms.ChoiceField(
        label=_("This paper is"), choices=EnclosureReview.State, widget=forms.RadioSelect
    )
    reason = textarea_field(_("Reason, if refused"), required=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("state") == EnclosureReview.State.REFUSED and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Explain why it is refused. The applicant reads it."))
        return cleaned


class CorrectionForm(SeenEventForm):
    reason = textarea_field(_("Reason for the correction"))


class PersonForm(CaseActionForm):
    person = forms.ModelChoiceField(ConcernedPerson.objects.none(), widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("For this person"), choices=ConcernedPerson.Outcome, widget=forms.RadioSelect
    )
    reason = textarea_field(_("Reason, if refused"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = self.case.persons.all()

    def clean(self):
        cleaned = super().clean()
        if (
            cleaned.get("outcome") == ConcernedPerson.Outcome.REFUSED
            and not cleaned.get("reason", "").strip()
        ):
            self.add_error("reason", _("Explain why. The applicant reads it."))
        return cleaned


class IdentifyForm(CaseActionForm):
    check = forms.ChoiceField(
        label=_("Method of checking the identity"), choices=IdentityCheck, widget=forms.RadioSelect
    )
    account = forms.BooleanField(
        label=_("Remember that the account that sent this request belongs to this person"), required=False
    )


# -- Decisions -----------------------------------------------------------------------------------------------
class AcceptForm(SeenEventForm):
    reason = textarea_field(_("Message to the applicant (optional)"), required=False)


class ReviewForm(SeenEventForm):
    """The second agent's review of a proposed decision."""

    agreed = forms.TypedChoiceField(
        label=_("Your review"),
        choices=[("yes", _("Confirm")), ("no", _("Send back"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = textarea_field(_("Reason for sending it back"), required=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("agreed") is False and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Write a few words first."))
        return cleaned


class RefuseForm(SeenEventForm):
    reason = textarea_field(_("Reason, which the applicant reads"))


class WithdrawForm(CaseActionForm):
    reason = textarea_field(_("Reply of the applicant (optional)"), required=False)


class ReopenForm(CaseActionForm):
    reason = textarea_field(_("Reason. The applicant reads it"))


def acceptance_forms_for(case: Case, data=None) -> dict[str, forms.Form]:
    """Build the forms of other apps to fill in when accepting ``case``, by key."""
    offers = merged(CaseExtension, lambda one: one.acceptance_forms(case))
    return {key: form(data, prefix=key) for key, form in offers.items()}


def collect_statements(filled: dict[str, forms.Form]) -> dict:
    """Collect the cleaned data of valid forms, as ``accept_case`` takes it in ``details``."""
    return {key: form.cleaned_data for key, form in filled.items()}
