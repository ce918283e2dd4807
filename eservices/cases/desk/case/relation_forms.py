"""Forms that move a case to another team or service, or relate it to another case."""

from django import forms
from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.models import Form

from ... import access
from ...forms import CaseActionForm, SeenEventForm, textarea_field
from ...models import Case, Team
from ..case_queue.queries import service_titles


class HandOverForm(CaseActionForm):
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), empty_label="–")
    reason = textarea_field(_("Reason. The other team reads it"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.exclude(pk=self.case.team_id)


class RedirectForm(SeenEventForm):
    form = forms.ModelChoiceField(Form.objects.none(), label=_("Service"))
    reason = textarea_field(_("Reason, which the applicant reads"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        services, field = access.redirect_targets(self.case), self.fields["form"]
        field.queryset = services
        named = service_titles(services.values_list("pk", flat=True)).items()
        field.choices = [("", "–"), *sorted(named, key=lambda choice: choice[1].casefold())]


class OtherCaseForm(SeenEventForm):
    """Another case that the agent may work on too, given by its reference."""

    other = forms.CharField(
        label=_("Reference of the other case"),
        max_length=24,
        error_messages={"required": _("Type the reference, such as ORV-26-00412.")},
    )

    def clean_other(self) -> Case:
        typed = self.cleaned_data["other"].strip().upper()
        found = access.cases_for(self.user, "tie").filter(reference=typed).first()
        if found is None or found.pk == self.case.pk:
            raise forms.ValidationError(_("You have no access to another case with this reference."))
        return found


class MergeForm(OtherCaseForm):
    pass


class RelateForm(OtherCaseForm):
    seen = None
