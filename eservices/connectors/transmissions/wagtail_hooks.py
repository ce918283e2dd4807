"""Connected systems in the admin."""

from django.contrib.auth.models import Permission
from django.urls import include, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import LogFormatter

from . import actions
from .forms import ConnectedSystemForm
from .models import ConnectedSystem


class SystemEditView(EditView):
    """The settings of a connected system, with its test and the address of its calls."""

    template_name = "connectors/transmissions/admin/system.html"

    def get_context_data(self, **kwargs):
        call = reverse("receive_receipts", args=[self.object.callback_secret])
        return super().get_context_data(callback=self.request.build_absolute_uri(call), **kwargs)

    def save_instance(self):
        system = super().save_instance()
        actions.log_change(actor=self.request.user, system=system, what="configured")
        return system


class SystemDeleteView(DeleteView):
    """View that deletes a system to which nothing was transmitted."""


class ConnectedSystemViewSet(ModelViewSet):
    """All connected systems."""

    model = ConnectedSystem
    icon = "resubmit"
    menu_name = "connected_systems"
    menu_label = gettext_lazy("Connected systems")
    menu_order = 905
    add_to_settings_menu = True
    copy_view_enabled = False
    edit_view_class = SystemEditView
    add_view_class = CreateView
    delete_view_class = SystemDeleteView
    list_display = [
        TitleColumn(
            "name",
            label=gettext_lazy("Name"),
            get_url=lambda one: reverse("connected_systems:edit", args=[one.pk]),
        ),
        Column("key", label=gettext_lazy("Key")),
        BooleanColumn("is_enabled", label=gettext_lazy("In use")),
    ]
    search_fields = ["name", "key"]

    def get_form_class(self, for_update=False):
        return ConnectedSystemForm


@hooks.register("register_admin_viewset")
def register_connected_systems():
    return ConnectedSystemViewSet("connected_systems", url_prefix="connected-systems")


@hooks.register("register_admin_urls")
def register_urls():
    return [path("transmission/", include("eservices.connectors.transmissions.admin_urls"))]


@hooks.register("register_permissions")
def register_permissions():
    return Permission.objects.filter(
        content_type__app_label="eservices_transmissions", content_type__model="connectedsystem"
    )


@hooks.register("register_log_actions")
def register_log_actions(registry):
    registry.register_action(actions.LOGGED)(SystemFormatter)


class SystemFormatter(LogFormatter):
    """Log messages about connected systems."""

    label = gettext_lazy("Change a connected system")

    def format_message(self, log_entry):
        texts = {"configured": _("Changed the connection"), "tested": _("Tested the connection")}
        return texts[log_entry.data["what"]]
