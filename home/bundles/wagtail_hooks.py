"""Bundles in the admin."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.model import ModelViewSet

from ..admin.columns import DateTimeColumn
from . import views
from .models import Bundle


class RedirectToBundleMixin:
    """Mixin that redirects to the page of the bundle, where it is published."""

    def get_success_url(self):
        return reverse("bundle", args=[self.object.pk])


class BundleCreateView(RedirectToBundleMixin, CreateView):
    """View that creates a bundle."""


class BundleEditView(RedirectToBundleMixin, EditView):
    """View that edits title, note and pages of a bundle."""


class BundleViewSet(ModelViewSet):
    """All bundles; a title links to the page that publishes the bundle."""

    model = Bundle
    icon = "folder-open-inverse"
    menu_name = "bundles"
    menu_label = _("Bundles")
    menu_order = 210
    add_to_admin_menu = True
    copy_view_enabled = False
    add_view_class = BundleCreateView
    edit_view_class = BundleEditView
    panels = Bundle.panels
    list_display = [
        TitleColumn("title", label=_("Bundle"), get_url=lambda one: reverse("bundle", args=[one.pk])),
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        DateTimeColumn("publish_at", label=_("Publication on"), sort_key="publish_at"),
        DateColumn("published_at", label=_("Went out"), sort_key="published_at"),
    ]
    list_filter = ["state"]
    search_fields = ["title"]


@hooks.register("register_admin_viewset")
def register_bundle_viewset():
    return BundleViewSet("bundles")


@hooks.register("register_admin_urls")
def register_bundle_urls():
    return [path("bundle/<int:pk>/", views.BundleView.as_view(), name="bundle")]
