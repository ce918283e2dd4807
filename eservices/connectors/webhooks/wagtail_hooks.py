"""Webhooks in the admin."""

from django.contrib.auth.models import Permission
from django.urls import include, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import LogFormatter

from . import actions
from .forms import EndpointForm
from .models import WebhookEndpoint


class RedirectToEndpointMixin:
    """Mixin that redirects to the page of the endpoint, where its key is shown."""

    def get_success_url(self):
        return reverse("webhook", args=[self.object.pk])


class EndpointCreateView(RedirectToEndpointMixin, CreateView):
    """View that creates an endpoint with its key."""

    def save_instance(self):
        endpoint = super().save_instance()
        actions.add_first_key(actor=self.request.user, endpoint=endpoint)
        return endpoint


class EndpointEditView(RedirectToEndpointMixin, EditView):
    """View that edits name, address, events and services of an endpoint."""


class EndpointDeleteView(DeleteView):
    """View that deletes an endpoint. What waits for it is skipped."""

    def delete_action(self):
        actions.delete_endpoint(actor=self.request.user, endpoint=self.object)


class WebhookViewSet(ModelViewSet):
    """All endpoints; a name links to the page of the endpoint."""

    model = WebhookEndpoint
    icon = "resubmit"
    menu_name = "webhooks"
    menu_label = gettext_lazy("Webhooks")
    menu_order = 910
    add_to_settings_menu = True
    copy_view_enabled = False
    add_view_class = EndpointCreateView
    edit_view_class = EndpointEditView
    delete_view_class = EndpointDeleteView
    list_display = [
        TitleColumn(
            "name", label=gettext_lazy("Name"), get_url=lambda one: reverse("webhook", args=[one.pk])
        ),
        Column("url", label=gettext_lazy("Address")),
        DateColumn("disabled_at", label=gettext_lazy("Disabled since"), sort_key="disabled_at"),
    ]
    search_fields = ["name", "url"]

    def get_form_class(self, for_update=False):
        return EndpointForm


@hooks.register("register_admin_viewset")
def register_webhooks():
    return WebhookViewSet("webhooks")


@hooks.register("register_admin_urls")
def register_urls():
    return [path("webhook/", include("eservices.connectors.webhooks.admin_urls"))]


@hooks.register("register_permissions")
def register_permissions():
    return Permission.objects.filter(
        content_type__app_label="eservices_webhooks", content_type__model="webhookendpoint"
    )


@hooks.register("register_log_actions")
def register_log_actions(registry):
    registry.register_action(actions.LOGGED)(WebhookFormatter)


class WebhookFormatter(LogFormatter):
    """Log messages about webhooks."""

    label = gettext_lazy("Change a webhook")

    def format_message(self, log_entry):
        texts = {
            "rotated": _("Added a new key; the former one ends in a day"),
            "ended": _("Ended a key"),
            "shown": _("Looked at a key"),
            "enabled": _("Enabled the webhook"),
            "disabled": _("Disabled the webhook. %(reason)s"),
            "tested": _("Sent a test"),
            "replayed": _("Sent the events again since %(since)s"),
        }
        return texts[log_entry.data["what"]] % log_entry.data
