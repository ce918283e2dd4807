"""Admin view that tests, schedules and monitors a campaign."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.admin.action_views import action_view

from .. import access, mailing_statistics, send_checks
from ..actions import mailings
from ..models import Campaign
from ..states import MailingState
from .forms import EmptyForm, ScheduleForm, SendTestForm


class SendingView(WagtailAdminTemplateMixin, TemplateView):
    """Audience, problems, test and progress of a campaign."""

    template_name = "newsletter/admin/sending.html"
    page_title = gettext_lazy("Sending")
    header_icon = "mail"
    forms: dict = {}

    def dispatch(self, request, *args, **kwargs):
        self.campaign = access.campaign_for(request.user, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse(Campaign.snippet_viewset.get_url_name("list")), "label": _("Campaigns")},
            {"url": edit_url(self.campaign), "label": self.campaign.title},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        mailing, readers = self.campaign.mailing, send_checks.reach_by_language(self.campaign)
        found = send_checks.send_remarks(self.campaign, readers)
        return super().get_context_data(
            campaign=self.campaign,
            mailing=mailing,
            open=mailing is None or mailing.state == MailingState.CANCELLED,
            figures=mailing_statistics.mailing_statistics(mailing) if mailing else None,
            readers=readers,
            number=sum(one.readers for one in readers),
            remarks=found,
            forbidden=any(one.forbids for one in found),
            may_send=access.may_send(self.request.user),
            edit_url=edit_url(self.campaign),
            test_form=self.forms.get("test") or SendTestForm(initial={"to": self.request.user.email}),
            schedule_form=self.forms.get("schedule") or ScheduleForm(),
            **kwargs,
        )


@dataclass(frozen=True)
class CampaignAction:
    """An action on a campaign: required right, form, function, success message.

    ``to_send``: whether it needs the right to send. ``of_mailing``: whether its argument is the mailing instead of
    the campaign.
    """

    to_send: bool
    form: type[forms.Form]
    action: Callable
    done: str
    of_mailing: bool = True


CAMPAIGN_ACTIONS = {
    "test": CampaignAction(
        False, SendTestForm, mailings.send_test, gettext_lazy("The test is on its way."), False
    ),
    "schedule": CampaignAction(
        True, ScheduleForm, mailings.schedule_mailing, gettext_lazy("The campaign is scheduled."), False
    ),
    "pause": CampaignAction(True, EmptyForm, mailings.pause_mailing, gettext_lazy("Sending has stopped.")),
    "resume": CampaignAction(True, EmptyForm, mailings.resume_mailing, gettext_lazy("Sending continues.")),
    "cancel": CampaignAction(True, EmptyForm, mailings.cancel_mailing, gettext_lazy("Sending is cancelled.")),
}


@action_view("newsletter_desk:sending", "pk")
def run_campaign_action(request, pk, deed):
    """Run one of ``CAMPAIGN_ACTIONS``."""
    chosen = CAMPAIGN_ACTIONS.get(deed)
    if chosen is None:
        raise Http404
    campaign = access.campaign_for(request.user, pk, to_send=chosen.to_send)
    form = chosen.form(request.POST)
    if not form.is_valid():
        view = SendingView.as_view(forms={deed: form})
        request.method = "GET"
        answer = view(request, pk=campaign.pk)
        answer.status_code = 422
        return answer
    about = {"mailing": _mailing(campaign)} if chosen.of_mailing else {"campaign": campaign}
    if deed == "schedule":
        _refuse_what_is_not_ready(campaign)
    chosen.action(actor=request.user, **about, **form.cleaned_data)
    return chosen.done


def edit_url(campaign: Campaign) -> str:
    return reverse(Campaign.snippet_viewset.get_url_name("edit"), args=[campaign.pk])


def _mailing(campaign: Campaign):
    if campaign.mailing is None:
        raise Http404
    return campaign.mailing


def _refuse_what_is_not_ready(campaign: Campaign) -> None:
    for remark in send_checks.send_remarks(campaign, send_checks.reach_by_language(campaign)):
        if remark.forbids:
            raise mailings.MailingActionRefused(remark.text)
