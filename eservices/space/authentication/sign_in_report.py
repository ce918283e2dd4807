"""Report view of all users' sign-ins, for administrators."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from django_filters import DateFromToRangeFilter
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView

from eservices.accounts.models import SignIn

MOST_EXPORTED = 500  # of the latest; an export is written while the request waits


def may_read(user) -> bool:
    """Return whether the user is an administrator.

    Addresses and networks of people concern nobody else.
    """
    return user.is_superuser and user.has_perm("wagtailadmin.access_admin")


class SignInFilterSet(WagtailFilterSet):
    at = DateFromToRangeFilter(label=_("when"), widget=DateRangePickerWidget)

    class Meta:
        model = SignIn
        fields = ["kind", "method", "at"]


class SignInReportView(ReportView):
    page_title, header_icon = _("Sign-ins"), "key"
    index_url_name, index_results_url_name = "sign_ins", "sign_ins_results"
    filterset_class = SignInFilterSet
    model = SignIn
    is_searchable, search_fields = True, ["email", "network"]
    columns = [
        DateColumn("at", label=_("when")),
        Column("email", label=_("e-mail address")),
        Column("kind", label=_("what happened"), accessor="get_kind_display"),
        Column("method", label=_("how"), accessor="get_method_display"),
        Column("network", label=_("network address")),
        Column("user_agent", label=_("browser")),
    ]
    list_export = ["at", "email", "get_kind_display", "get_method_display", "network", "user_agent"]

    def dispatch(self, request, *args, **kwargs):
        if not may_read(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def as_spreadsheet(self, queryset, spreadsheet_format):
        return super().as_spreadsheet(queryset[:MOST_EXPORTED], spreadsheet_format)
