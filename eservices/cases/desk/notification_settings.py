"""Notification preferences in an agent's account."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab

from .. import access
from ..actions import agent_notifications
from ..models import NotificationMethod, NotificationType
from ..workflow.notification_defaults import DEFAULT_METHODS


class NotificationPreferencesForm(forms.Form):
    """A choice for each kind. Wagtail's account page saves it like its other forms."""

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = instance
        chosen = DEFAULT_METHODS | dict(instance.notice_choices.values_list("kind", "way"))
        for kind in NotificationType:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label, choices=NotificationMethod, initial=chosen[kind], widget=forms.RadioSelect
            )

    def save(self) -> None:
        agent_notifications.save_preferences(actor=self.user, methods=self.cleaned_data)


class NotificationPreferencesPanel(BaseSettingsPanel):
    """The panel of notification preferences, for agents only."""

    name = "notices"
    title = _("Cases: notify me by e-mail")
    tab = notifications_tab
    order = 50
    form_class = NotificationPreferencesForm

    def is_active(self):
        return access.is_agent(self.user)
