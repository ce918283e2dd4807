"""Alerts in the admin: near the top of the menu, to be found quickly in an emergency."""

from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views import snippets
from wagtail.snippets.views.snippets import SnippetViewSet

from ..admin.columns import DateTimeColumn
from .extension_points import alert_channel
from .models import Alert


class OfferSmsMixin:
    """A success message with a button to send the published alert by SMS. Until then only the site shows it."""

    def get_success_buttons(self):
        buttons = super().get_success_buttons()
        alert = Alert.objects.get(pk=self.object.pk)
        if self.action == "publish" and sms_status_label(alert):
            way = alert_channel("sms")
            buttons.insert(0, messages.button(way.address(alert), way.label))
        return buttons


class CreateView(OfferSmsMixin, snippets.CreateView):
    pass


class EditView(OfferSmsMixin, snippets.EditView):
    pass


class UnpublishView(snippets.UnpublishView):
    """A success message with a button to send the all-clear, if the alert was sent."""

    def get_success_buttons(self):
        buttons = super().get_success_buttons()
        alert = Alert.objects.get(pk=self.object.pk)
        way = alert_channel("sms")
        if way and way.may_clear(alert):
            buttons.insert(0, messages.button(way.address(alert), way.clear_label))
        return buttons


class AlertViewSet(SnippetViewSet):
    model = Alert
    add_view_class = CreateView
    edit_view_class = EditView
    unpublish_view_class = UnpublishView
    icon = "warning"
    menu_name = "alerts"
    menu_label = _("Alerts")
    menu_order = 90
    add_to_admin_menu = True
    list_display = [
        "__str__",
        # Before the other columns, because a phone shows only two, and in a hurry this one matters most.
        Column("sms", label=_("SMS"), accessor=lambda alert: sms_status_label(alert)),  # noqa: PLW0108 - below
        Column("level", label=_("Level"), accessor="get_level_display", sort_key="level"),
        Column("status", label=_("State"), accessor=lambda alert: str(alert.status_string).capitalize()),
        DateColumn("began_at", label=_("Since"), sort_key="began_at"),
        DateTimeColumn("expire_at", label=_("Until"), sort_key="expire_at"),
    ]
    list_filter = ["level", "live"]
    ordering = ["-live", "-level", "-pk"]
    edit_handler = ObjectList(Alert.panels)


def sms_status_label(alert: Alert) -> str:
    """Return whether the alert was sent by SMS; if it is over, whether an all-clear was."""
    way = alert_channel("sms")
    return way.state(alert) if way else ""


@hooks.register("before_delete_snippet")
def end_before_deleting(request, instances):
    """Require that an alert that was sent is unpublished before it is deleted.

    A deleted alert leaves no way to send its readers the all-clear.
    """
    way = alert_channel("sms")
    for alert in instances:
        if isinstance(alert, Alert) and way and alert.holds(timezone.now()) and way.was_sent(alert):
            message = _("“%(alert)s” was sent by SMS. Unpublish it first, then you can send an all-clear.")
            messages.error(request, message % {"alert": alert})
            return redirect(AlertViewSet.model.snippet_viewset.get_url_name("unpublish"), alert.pk)
    return None


register_snippet(AlertViewSet)


@hooks.register("insert_editor_js")
def insert_sms_counter():
    return format_html('<script type="module" src="{}"></script>', static("js/editor/sms.js"))
