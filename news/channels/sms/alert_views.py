"""Admin view to send an alert by SMS, with its readers, messages and costs."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import Button

from eservices.deliveries.models import Delivery
from home.alerts.models import Alert

from ..models import ChannelSettings
from ..models.sms import PhoneReader
from . import actions
from .channel import SmsChannel, SmsEdition


def alert_messages(alert: Alert) -> list[SmsEdition]:
    """Return the texts of the alert for readers who did not get it yet, by language.

    A language without its own text gets that of another one.
    """
    counted = dict(_wanting(alert).order_by("language").values_list("language").annotate(Count("pk")))
    shown = []
    for code, name in settings.LANGUAGES:
        if counted.get(code) or code in alert.languages:
            text = alert.sms_text(code)
            shown.append(SmsEdition(name, text, counted.get(code, 0)))
    return shown


LABEL = gettext_lazy("Send by SMS…")
OF_USE = timedelta(days=7)  # an all-clear is useful for so long after the end
CLEAR_LABEL = gettext_lazy("Send the all-clear…")


def alert_sms_url(alert: Alert) -> str:
    """Return the address of the admin view that sends it."""
    return reverse("news_channels:alert", args=[alert.pk])


def alert_sms_state(alert: Alert) -> str:
    """Return whether an alert was sent and how many still wait for it; "" without SMS.

    After its end, return whether the all-clear was sent.
    """
    if not SmsChannel().ready:
        return ""
    if not alert.holds(timezone.now()):
        return _state_of_all_clear(alert)
    sent, missing = _sent(alert), _wanting(alert).count()
    if not sent:
        return _("not sent")
    if missing:
        return _("sent to %(number)s, not yet to %(missing)s") % {"number": sent, "missing": missing}
    return _("sent to %(number)s") % {"number": sent}


def _state_of_all_clear(alert: Alert) -> str:
    if not _ended_lately(alert) or not was_sent(alert):
        return ""
    if cleared := _number_cleared(alert):
        return _("all-clear sent to %(number)s") % {"number": cleared}
    return _("no all-clear sent")


def was_sent(alert: Alert) -> bool:
    """Return whether some readers got the alert."""
    return _got(alert).exists()


def may_clear(alert: Alert) -> bool:
    """Return whether an all-clear can be sent: the alert ended not too long ago and some readers lack it."""
    return SmsChannel().ready and _ended_lately(alert) and _uninformed(alert).exists()


def _ended_lately(alert: Alert) -> bool:
    now = timezone.now()
    return not alert.holds(now) and alert.over_at is not None and alert.over_at > now - OF_USE


def all_clear_editions(alert: Alert) -> list[SmsEdition]:
    """Return the all-clear in each language of the readers who would get it, with their number."""
    counted = dict(_uninformed(alert).order_by("language").values_list("language").annotate(Count("pk")))
    return [
        SmsEdition(name, alert.all_clear_text(code), counted[code])
        for code, name in settings.LANGUAGES
        if counted.get(code)
    ]


def _uninformed(alert: Alert):
    """Return the readers who got the alert but not the all-clear."""
    got = list(_got(alert).values_list("recipient", flat=True))
    cleared = list(_cleared(alert).values_list("recipient", flat=True))
    return PhoneReader.objects.confirmed().filter(number__in=got).exclude(number__in=cleared)


def _got(alert: Alert):
    return _told(alert).filter(state=Delivery.State.DONE)


def _cleared(alert: Alert):
    if alert.began_at is None:
        return Delivery.objects.none()
    return Delivery.objects.for_subject(f"news-sms:clear:{alert.occurrence}")


def _number_cleared(alert: Alert) -> int:
    return _cleared(alert).exclude(state=Delivery.State.SKIPPED).count()


def _wanting(alert: Alert):
    """Return the readers who want alerts and have not got this one."""
    told = list(_told(alert).values_list("recipient", flat=True))
    return PhoneReader.objects.confirmed().filter(alerts=True).exclude(number__in=told)


def _sent(alert: Alert) -> int:
    return _told(alert).exclude(state=Delivery.State.SKIPPED).count()


def _told(alert: Alert):
    """Return the deliveries of an alert since it began; none before it is published."""
    if alert.began_at is None:
        return Delivery.objects.none()
    return Delivery.objects.for_subject(f"news-sms:alert:{alert.occurrence}")


class AlertSmsView(WagtailAdminTemplateMixin, TemplateView):
    """Admin view of an alert by SMS: GET shows it, POST sends it, once."""

    template_name = "news/channels/sms/alert.html"
    page_title = gettext_lazy("Alert by SMS")
    header_icon = "mobile-alt"

    def dispatch(self, request, *args, **kwargs):
        self.alert = alert_for(request.user, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse(Alert.snippet_viewset.get_url_name("list")), "label": _("Alerts")},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        holds = self.alert.holds(timezone.now())
        clears = may_clear(self.alert)
        found = all_clear_editions(self.alert) if clears else alert_messages(self.alert)
        number = sum(one.messages * one.readers for one in found)
        return super().get_context_data(
            alert=self.alert,
            editions=found,
            price=f"{settings.CURRENCY} {Decimal(number) * ChannelSettings.load().sms_price:.2f}",
            readers=sum(one.readers for one in found),
            holds=holds,
            clears=clears,
            cleared=_number_cleared(self.alert),
            sent=holds and _sent(self.alert),
            is_double=SmsChannel().is_double,
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        if "all_clear" in request.POST:
            self.clear(request)
        elif not self.alert.holds(timezone.now()):
            messages.error(request, _("You can only send a published alert."))
        else:
            number = sum(one.readers for one in alert_messages(self.alert))
            actions.queue_alert(actor=request.user, alert=self.alert)
            messages.success(
                request, _("The alert is on its way to %(number)s readers.") % {"number": number}
            )
        return redirect("news_channels:alert", self.alert.pk)

    def clear(self, request) -> None:
        if not may_clear(self.alert):
            messages.error(
                request, _("An all-clear is sent after the end of the alert to the people who received it.")
            )
            return
        number = _uninformed(self.alert).count()
        texts = {code: self.alert.all_clear_text(code) for code, _name in settings.LANGUAGES}
        actions.clear(actor=request.user, alert=self.alert, texts=texts)
        messages.success(request, _("The alert is on its way to %(number)s readers.") % {"number": number})


def alert_for(user, pk: int) -> Alert:
    """Return the alert for a user who may publish alerts. Raise Http404 otherwise, or if SMS is not configured."""
    found = Alert.objects.filter(pk=pk).first() if user.has_perm("home_alerts.publish_alert") else None
    if found is None or not SmsChannel().ready:
        raise Http404
    return found


@hooks.register("register_snippet_listing_buttons")
def register_alert_sms_button(snippet, user, next_url=None):
    if (
        not isinstance(snippet, Alert)
        or not user.has_perm("home_alerts.publish_alert")
        or not SmsChannel().ready
    ):
        return
    if may_clear(snippet):
        yield Button(CLEAR_LABEL, alert_sms_url(snippet), priority=30, icon_name="mobile-alt")
    elif snippet.live:
        yield Button(LABEL, alert_sms_url(snippet), priority=30, icon_name="mobile-alt")
