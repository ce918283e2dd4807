"""Base of the admin views of a service: access, breadcrumbs and tabs."""

from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from eservices.formbuilder.models import Form

from .access import service_for
from .definition.drafts import draft_definition
from .models import ServicePage

TABS = {"preview": _("Preview"), "rehearsal": _("Rehearsal"), "versions": _("Versions")}


def breadcrumbs_to(page: ServicePage) -> list[dict]:
    """Return the admin breadcrumbs down to the edit view of a service."""
    parent = page.get_parent()
    return [
        {"url": reverse("wagtailadmin_explore", args=[parent.pk]), "label": parent.get_admin_display_title()},
        {"url": reverse("wagtailadmin_pages:edit", args=[page.pk]), "label": page.get_admin_display_title()},
    ]


class ServiceAdminView(WagtailAdminTemplateMixin, TemplateView):
    """Base of admin views of one service, for users who may edit its page. ``tab``: its key in TABS."""

    tab = ""
    header_icon = "form"

    def dispatch(self, request, pk, **kwargs):
        self.page = service_for(request.user, pk)
        return super().dispatch(request, **kwargs)

    @cached_property
    def source(self) -> ServicePage:
        """The page that holds the form, as it is live or was first saved."""
        return ServicePage.objects.source_of(self.page.translation_key)

    @cached_property
    def draft(self) -> dict:
        return draft_definition(self.source)

    @property
    def form(self) -> Form | None:
        return self.page.online_form

    def get_page_title(self):
        return TABS[self.tab]

    def get_page_subtitle(self):
        return self.page.get_admin_display_title()

    def get_breadcrumbs_items(self):
        return [*breadcrumbs_to(self.page), {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs):
        tabs = [
            (reverse(f"services:{key}", args=[self.page.pk]), label, key == self.tab)
            for key, label in TABS.items()
        ]
        return super().get_context_data(page=self.page, tabs=tabs, **kwargs)
