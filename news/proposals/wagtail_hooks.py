"""Proposals in the admin: dashboard panel, menu item, list, and the view to decide."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from home.permissions import RestrictedPermissionPolicy

from . import access, admin_views
from .models import Proposal

# Staff decide proposals; they may not add or change them.
register_permission_policy(Proposal, RestrictedPermissionPolicy(Proposal, "add", "change", "delete"))


class ProposalsView(IndexView):
    """The proposals that the user may decide."""

    def get_base_queryset(self):
        return access.proposals_for(self.request.user)


class ProposalViewSet(ModelViewSet):
    """Proposals, with those sent last first."""

    index_view_class = ProposalsView
    model = Proposal
    icon = "comment"
    menu_label = _("Proposals")
    copy_view_enabled = False
    form_fields = ["title"]
    list_display = [
        TitleColumn("title", label=_("Title"), get_url=lambda one: reverse("proposal_desk", args=[one.pk])),
        Column("kind", label=_("Purpose"), accessor="get_kind_display", sort_key="kind"),
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        DateColumn("sent_at", label=_("Received"), sort_key="sent_at"),
        Column("email", label=_("By")),
    ]
    list_filter = ["state", "kind"]
    search_fields = ["title", "email"]


@hooks.register("register_admin_viewset")
def register_proposals_viewset():
    return ProposalViewSet("proposals")


@hooks.register("register_admin_urls")
def register_proposal_urls():
    return [path("proposals/<int:pk>/decide/", admin_views.decide_proposal, name="proposal_desk")]


class ProposalsMenuItem(MenuItem):
    """A menu item with the number of waiting proposals."""

    def is_shown(self, request):
        return access.may_decide(request.user)

    def render_component(self, request):
        waiting = access.proposals_for(request.user).waiting().count()
        label = f"{self.label} ({waiting})" if waiting else self.label
        return LinkMenuItem(self.name, label, self.url, icon_name=self.icon_name, classname=self.classname)


@hooks.register("register_admin_menu_item")
def register_proposals_item():
    return ProposalsMenuItem(
        _("Proposals"), reverse("proposals:index"), name="proposals", icon_name="comment", order=245
    )


class ProposalsPanel(Component):
    """A panel with the waiting proposals, the oldest first."""

    name, order = "proposals", 60
    template_name = "news/proposals/home_panel.html"
    shown = 5

    def __init__(self, waiting):
        self.waiting = waiting

    def get_context_data(self, parent_context):
        return {"waiting": self.waiting[: self.shown], "more": len(self.waiting) > self.shown}


@hooks.register("construct_homepage_panels")
def add_proposals_panel(request, panels):
    if access.may_decide(request.user):
        waiting = access.proposals_for(request.user).waiting().order_by("sent_at", "pk")
        if found := list(waiting[: ProposalsPanel.shown + 1]):
            panels.append(ProposalsPanel(found))
