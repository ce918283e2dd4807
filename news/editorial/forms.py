"""Forms for review plans and for links to drafts."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import access
from .models import DraftLink, ReviewPlan


class ReviewPlanForm(forms.ModelForm):
    """The keeper of a page, the months between its reviews, and the day of the next one."""

    class Meta:
        model = ReviewPlan
        fields = ["keeper", "months", "due_on"]
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        editors = access.users_who_may_edit(self.instance.page)
        self.fields["keeper"].queryset = editors.order_by("last_name", "first_name", "pk")
        self.fields["keeper"].empty_label = "—"

    def clean_due_on(self):
        if self.cleaned_data["due_on"].year > timezone.localdate().year + 10:
            raise forms.ValidationError(_("Choose a day within ten years."))
        return self.cleaned_data["due_on"]


class DraftLinkForm(forms.ModelForm):
    """The person that a link is for, and how long it is valid."""

    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(3, _("3 days")), (14, _("2 weeks")), (60, _("2 months"))],
        initial=14,
    )

    class Meta:
        model = DraftLink
        fields = ["for_whom", "follows"]
        help_texts = {
            "for_whom": _("To show later who has the link, for example “Huguette Perrin, mayor”."),
            "follows": _("If not ticked, the link keeps showing the draft as it is now."),
        }
