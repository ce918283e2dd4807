"""An alert by SMS: the staff see to whom, in how many messages and for how much, and press a button."""

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
from . import actions
from .models import PhoneReader
from .sending import Edition, Sms


def editions(alert: Alert) -> list[Edition]:
    """What readers of each language get who have not got it yet: in another one where it is not written in theirs."""
    counted = dict(_wanting(alert).order_by("language").values_list("language").annotate(Count("pk")))
    shown = []
    for code, name in settings.LANGUAGES:
        if counted.get(code) or code in alert.languages:
            text = alert.sms_text(code)
            shown.append(Edition(name, text, counted.get(code, 0)))
    return shown


LABEL = gettext_lazy("Send by SMS…")


def address(alert: Alert) -> str:
    """Of the screen that sends it."""
    return reverse("news_channels:alert", args=[alert.pk])


def state(alert: Alert) -> str:
    """Whether an alert that holds was sent, and whether somebody still wants it."""
    if not Sms().ready:
        return ""
    sent, missing = _sent(alert), _wanting(alert).count()
    if not sent:
        return _("not sent")
    if missing:
        return _("sent to %(number)s, not yet to %(missing)s") % {"number": sent, "missing": missing}
    return _("sent to %(number)s") % {"number": sent}


def _wanting(alert: Alert):
    """Who wants alerts and has not got this one."""
    told = list(_told(alert).values_list("recipient", flat=True))
    return PhoneReader.objects.confirmed().filter(alerts=True).exclude(number__in=told)


def _sent(alert: Alert) -> int:
    return _told(alert).exclude(state=Delivery.State.SKIPPED).count()


def _told(alert: Alert):
    """What was written of it since it began; nothing before it was published."""
    if alert.began_at is None:
        return Delivery.objects.none()
    return Delivery.objects.about(f"news-sms:alert:{alert.occurrence}")


class AlertView(WagtailAdminTemplateMixin, TemplateView):
    """GET shows it, POST sends it, once."""

    template_name = "channels/sms/alert.html"
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
        found = editions(self.alert)
        number = sum(one.messages * one.readers for one in found)
        holds = self.alert.holds(timezone.now())
        return super().get_context_data(
            alert=self.alert,
            editions=found,
            price=f"{settings.CURRENCY} {Decimal(number) * ChannelSettings.load().sms_price:.2f}",
            readers=sum(one.readers for one in found),
            holds=holds,
            sent=holds and _sent(self.alert),
            is_double=Sms().is_double,
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        if not self.alert.holds(timezone.now()):
            messages.error(request, _("Only an alert that is published is sent."))
        else:
            number = sum(one.readers for one in editions(self.alert))
            actions.alert(actor=request.user, alert=self.alert)
            messages.success(request, _("On its way to %(number)s readers.") % {"number": number})
        return redirect("news_channels:alert", self.alert.pk)


def alert_for(user, pk: int) -> Alert:
    """For who may publish alerts, where the commune sends SMS. Raises Http404."""
    found = Alert.objects.filter(pk=pk).first() if user.has_perm("home.publish_alert") else None
    if found is None or not Sms().ready:
        raise Http404
    return found


@hooks.register("register_snippet_listing_buttons")
def by_sms(snippet, user, next_url=None):
    if isinstance(snippet, Alert) and snippet.live and user.has_perm("home.publish_alert") and Sms().ready:
        yield Button(LABEL, address(snippet), priority=30, icon_name="mobile-alt")
