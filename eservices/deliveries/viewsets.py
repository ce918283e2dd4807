"""Admin views of the outbox."""

from django import forms
from django.contrib.messages import constants
from django.db.models import Count
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from home.admin.action_views import action_view
from home.exceptions import ActionRefused
from home.models import Heartbeat

from . import access, actions, circuit_breaker
from .models import Circuit, Delivery
from .transports import is_testable, transport_label, transports, transports_with_test


def transport_choices() -> list[tuple[str, str]]:
    return [(key, carrier.label) for key, carrier in transports.items()]


def outbox_problems(now) -> dict[str, list]:
    """Return what prevents deliveries from being sent: silent workers and failing transports."""
    failing = [(transport_label(one.carrier), one) for one in Circuit.objects.failing()]
    return {"silent": Heartbeat.silent(now), "circuits": failing}


class DeliveryFilterSet(WagtailFilterSet):
    carrier = ChoiceFilter(label=_("Carrier"), choices=transport_choices)

    class Meta:
        model = Delivery
        fields = ["state", "carrier", "rehearsal"]


class LetterColumn(TitleColumn):
    """Column with title and recipient."""

    cell_template_name = "deliveries/letter_cell.html"


class StateColumn(Column):
    """Column with the state as label and icon, the number of attempts, and the next attempt."""

    cell_template_name = "deliveries/state_cell.html"


class OutboxView(IndexView):
    """List of deliveries, with the number of deliveries in each state."""

    model = Delivery
    any_permission_required = ["change"]
    template_name = "deliveries/board.html"
    page_title = _("Outbox")
    header_icon = "mail"
    filterset_class = DeliveryFilterSet
    search_fields = ["title", "recipient", "subject"]
    default_ordering = "-created_at"
    paginate_by = 50
    columns = [
        LetterColumn("title", label=_("Title"), url_name="deliveries_board:detail"),
        StateColumn("state", label=_("State"), sort_key="state", width="25%"),
        Column(
            "carrier",
            label=_("Carrier"),
            accessor=lambda delivery: transport_label(delivery.carrier),
            classname="wide-only",
        ),
        DateColumn("created_at", label=_("Created"), sort_key="created_at", classname="wide-only"),
    ]

    def get_base_queryset(self):
        return access.deliveries_for(self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        counts = dict(self.get_base_queryset().order_by().values_list("state").annotate(Count("pk")))
        context["counts"] = [(state, counts.get(state.value, 0)) for state in Delivery.State]
        context["probes"] = transports_with_test()
        return context | outbox_problems(timezone.now())


class SkipForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


def delivery_detail(request, pk, form=None):
    """Show one delivery with its attempts and the actions on it."""
    delivery = access.delivery_for(request.user, pk)
    context = {
        "delivery": delivery,
        "carrier": transport_label(delivery.carrier),
        "events": delivery.events.select_related("actor"),
        "text": access.readable_text(delivery),
        "attachments": delivery.payload.get("attachments", []),
        "form": form or SkipForm(),
        "header_title": delivery.title,
        "header_icon": "mail",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("deliveries_board:index"), "label": _("Outbox")},
            {"url": "", "label": delivery.title},
        ],
    }
    return TemplateResponse(request, "deliveries/detail.html", context, status=422 if form else 200)


@action_view("deliveries_board:detail", "pk", level=constants.WARNING)
def retry(request, pk) -> str:
    if not actions.retry_now(actor=request.user, delivery=access.delivery_for(request.user, pk)):
        raise ActionRefused(_("The delivery is being sent or has ended. You cannot retry it."))
    return _("Sending is being retried now.")


@action_view("deliveries_board:detail", "pk", level=constants.WARNING)
def skip(request, pk):
    delivery = access.delivery_for(request.user, pk)
    form = SkipForm(request.POST)
    if not form.is_valid():
        return delivery_detail(request, pk, form)
    if not actions.skip_delivery(actor=request.user, delivery=delivery, reason=form.cleaned_data["reason"]):
        raise ActionRefused(_("The delivery is being sent or has ended. You cannot skip it."))
    return _("Sending is cancelled.")


@action_view("deliveries_board:index")
def test_transport(request, carrier) -> str:
    """Test a transport and show the result. On success resume its deliveries."""
    if not access.may_see_board(request.user) or not is_testable(transports.get(carrier)):
        raise Http404
    words = {"carrier": transport_label(carrier)}
    circuit_breaker.allow_next_attempt(carrier, timezone.now())
    try:
        transports[carrier].probe()
    except Exception as fault:
        raise ActionRefused(
            _("%(carrier)s does not answer: %(fault)s") % (words | {"fault": fault})
        ) from fault
    actions.resume_transport(actor=request.user, carrier=carrier)
    return _("%(carrier)s answers. The waiting deliveries are sent.") % words


class OutboxViewSet(ViewSet):
    """Views of the outbox, for staff who may change deliveries."""

    name = "deliveries_board"
    url_prefix = "deliveries"
    menu_name = "outbox"
    menu_label = _("Outbox")
    icon = "mail"
    add_to_admin_menu = True
    menu_order = 750

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(
            **kwargs,
            permission_policy=ModelPermissionPolicy(Delivery),
            index_url_name=self.get_url_name("index"),
            index_results_url_name=self.get_url_name("index_results"),
        )

    def get_menu_item(self, order=None):
        item = super().get_menu_item(order=order)
        item.is_shown = lambda request: access.may_see_board(request.user)
        return item

    def get_urlpatterns(self):
        return [
            path("", self.construct_view(OutboxView), name="index"),
            path("results/", self.construct_view(OutboxView, results_only=True), name="index_results"),
            path("test/<slug:carrier>/", test_transport, name="probe"),
            path("<uuid:pk>/", delivery_detail, name="detail"),
            path("<uuid:pk>/retry/", retry, name="retry"),
            path("<uuid:pk>/skip/", skip, name="skip"),
        ]


outbox_viewset = OutboxViewSet()
