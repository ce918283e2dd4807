"""Base of the admin views of participation: their frame and tabs."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from .moderation import access as moderation
from .page_feedback import access as useful
from .surveys import access as surveys


@dataclass(frozen=True)
class ParticipationTab:
    key: str
    label: str
    url: str


def tabs_for(user) -> list[ParticipationTab]:
    """Return the tabs of the views that ``user`` may open."""
    tabs = []
    if moderation.may_moderate(user):
        tabs.append(ParticipationTab("waiting", _("To read"), reverse("participation_desk:waiting")))
        tabs.append(
            ParticipationTab("contributions", _("Contributions"), reverse("participation_desk:contributions"))
        )
        tabs.append(ParticipationTab("comments", _("Comments"), reverse("participation_desk:comments")))
    if surveys.may_view_survey_results(user):
        tabs.append(ParticipationTab("surveys", _("Surveys"), reverse("participation_desk:surveys")))
    if useful.may_view_feedback(user):
        tabs.append(ParticipationTab("useful", _("Useful pages"), reverse("participation_desk:useful")))
    return tabs


class ParticipationAdminView(WagtailAdminTemplateMixin, TemplateView):
    """Base class of the admin views of participation. ``tab``: key of its tab."""

    page_title = gettext_lazy("Participation")
    header_icon = "comment"
    tab = ""

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        user = self.request.user
        waiting = moderation.count_awaiting_moderation(user)
        return super().get_context_data(tabs=tabs_for(user), tab=self.tab, number_waiting=waiting, **kwargs)
