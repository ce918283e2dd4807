"""Screens of webhooks: the page of an endpoint, with its keys, attempts, test and replay."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from eservices.deliveries.transports import RetryLater
from home.admin.action_views import INVALID, ActionFormMixin, action_view

from . import access, actions, sending
from .forms import ReplayForm, RotationForm
from .models import WebhookMessage

REPLAYED = timedelta(hours=24)  # the proposal of the form


class EndpointView(ActionFormMixin, WagtailAdminTemplateMixin, TemplateView):
    """The page of an endpoint. Its form replays events."""

    template_name = "connectors/webhooks/admin/endpoint.html"
    header_icon = "resubmit"
    refused_status = INVALID

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.endpoint = access.endpoint_for(request.user, kwargs["pk"])
        self.page_title = self.endpoint.name

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("webhooks:index"), "label": gettext_lazy("Webhooks")},
            {"url": "", "label": self.endpoint.name},
        ]

    def get_context_data(self, **kwargs):
        now = timezone.now()
        return super().get_context_data(
            endpoint=self.endpoint,
            keys=list(self.endpoint.keys.valid(now)),
            services=list(self.endpoint.services.all()),
            rows=[_row(message) for message in access.recent_messages(self.endpoint)],
            rotation=RotationForm(),
            replay=kwargs.pop("form", None)
            or ReplayForm(initial={"since": timezone.localtime(now - REPLAYED)}),
            may_delete=self.request.user.has_perm("eservices_webhooks.delete_webhookendpoint"),
            **kwargs,
        )

    def post(self, request, pk):
        return self.perform(
            ReplayForm(request.POST),
            action=lambda **point: actions.start_replay(actor=request.user, endpoint=self.endpoint, **point),
            done=_("The events are being sent again."),
            back=reverse("webhook", args=[pk]),
        )

    def show_again(self, form, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)


def _row(message: WebhookMessage) -> dict:
    """Return a message with its attempts, the newest first."""
    attempts = sorted(message.delivery.events.all(), key=lambda event: event.at, reverse=True)
    return {"message": message, "delivery": message.delivery, "attempts": attempts}


@action_view("webhook", "pk")
def test(request, pk) -> str:
    """Send a test event and show the answer."""
    endpoint = access.endpoint_for(request.user, pk)
    try:
        status = actions.test_endpoint(actor=request.user, endpoint=endpoint)
    except sending.EndpointGone:
        raise actions.WebhookRefused(_("The receiver wants no more messages (HTTP 410).")) from None
    except (sending.WebhookFailed, RetryLater) as fault:
        raise actions.WebhookRefused(str(fault)) from None
    actions.resume_endpoint(actor=request.user, endpoint=endpoint)
    return _("The receiver accepted the test (HTTP %(status)s).") % {"status": status}


@action_view("webhook", "pk")
def switch(request, pk, to) -> str:
    """Enable or disable an endpoint."""
    endpoint = access.endpoint_for(request.user, pk)
    if to == "on":
        actions.enable_endpoint(actor=request.user, endpoint=endpoint)
        return _("The webhook is enabled.")
    if to == "off":
        actions.disable_endpoint(actor=request.user, endpoint=endpoint)
        return _("The webhook is disabled.")
    raise Http404


@action_view("webhook", "pk")
def rotate(request, pk) -> str:
    endpoint, form = access.endpoint_for(request.user, pk), RotationForm(request.POST)
    if not form.is_valid():
        raise actions.WebhookRefused(form.errors["version"][0])
    actions.rotate_key(actor=request.user, endpoint=endpoint, version=form.cleaned_data["version"])
    return _("The new key signs from now on, and the former one for a day more.")


@action_view(lambda request, pk: reverse("webhook", args=[access.key_for(request.user, pk).endpoint_id]))
def end_key(request, pk) -> str:
    actions.end_key(actor=request.user, key=access.key_for(request.user, pk))
    return _("The key has ended.")


@require_POST
@never_cache
def show_key(request, pk) -> HttpResponse:
    """Show what the receiver verifies with. It is logged, so it is no GET."""
    key = access.key_for(request.user, pk)
    actions.log_key_shown(actor=request.user, key=key)
    context = {
        "key": key,
        "endpoint": key.endpoint,
        "header_title": key.endpoint.name,
        "header_icon": "key",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("webhooks:index"), "label": _("Webhooks")},
            {"url": reverse("webhook", args=[key.endpoint_id]), "label": key.endpoint.name},
            {"url": "", "label": _("Key")},
        ],
    }
    return TemplateResponse(request, "connectors/webhooks/admin/key.html", context)
