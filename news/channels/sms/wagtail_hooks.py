"""Readers by SMS in the admin: they can be viewed and erased, but not added."""

from django.template.defaultfilters import yesno
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import DeleteView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from home.admin.columns import DateTimeColumn
from home.permissions import RestrictedPermissionPolicy

from ..models.sms import PhoneReader
from . import actions

register_permission_policy(PhoneReader, RestrictedPermissionPolicy(PhoneReader, "add", "change"))


class EraseReaderView(DeleteView):
    """View to erase a reader. As on the reader's own page, waiting messages are stopped and sent ones erased."""

    def delete_action(self):
        actions.erase_reader(actor=self.request.user, reader=self.object)


class PhoneReaderViewSet(ModelViewSet):
    delete_view_class = EraseReaderView
    model = PhoneReader
    icon = "mobile-alt"
    menu_name = "phone-readers"
    menu_label = _("Readers by SMS")
    menu_order = 253
    add_to_admin_menu = True
    copy_view_enabled = False
    form_fields = ["language"]
    list_display = [
        "__str__",
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        Column("alerts", label=_("Alerts"), accessor=lambda one: yesno(one.alerts), sort_key="alerts"),
        Column("language", label=_("Language"), accessor="get_language_display", sort_key="language"),
        DateTimeColumn("confirmed_at", label=capfirst(_("confirmed at")), sort_key="confirmed_at"),
        DateTimeColumn("stopped_at", label=capfirst(_("stopped at")), sort_key="stopped_at"),
    ]
    list_filter = ["language", "state"]
    search_fields = ["number"]


@hooks.register("register_admin_viewset")
def register_phone_readers_viewset():
    return PhoneReaderViewSet("phone_readers")
