"""The choice of notices in an agent's account."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab

from eservices.cases import access
from eservices.cases.models import NoticeKind, NoticeWay

from . import actions
from .rules import UNCHOSEN


class NoticesForm(forms.Form):
    """One choice per kind. Saved by the account page as any of its forms."""

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = instance
        chosen = UNCHOSEN | dict(instance.notice_choices.values_list("kind", "way"))
        for kind in NoticeKind:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label, choices=NoticeWay, initial=chosen[kind], widget=forms.RadioSelect
            )

    def save(self) -> None:
        actions.choose(actor=self.user, ways=self.cleaned_data)


class NoticesPanel(BaseSettingsPanel):
    """For whoever treats cases."""

    name = "notices"
    title = _("Cases: tell me by e-mail")
    tab = notifications_tab
    order = 50
    form_class = NoticesForm

    def is_active(self):
        return access.is_agent(self.user)
