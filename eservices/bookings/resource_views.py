"""Admin views that edit resources with bookings: the bookings follow, or conflicts prevent the change."""

from django.contrib import messages
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.snippets.views.snippets import CreateView, DeleteView, EditView

from . import actions
from .bookable_resources import office_hours_warning, stored_rules_of


class OfficeHoursWarningMixin:
    """Mixin for saving a resource or a timetable: it warns of appointments outside the counter's opening hours."""

    def get_success_url(self):
        saved = getattr(self, "object", None) or self.form.instance
        resources = saved.resources.select_related("timetable") if hasattr(saved, "resources") else [saved]
        if warning := office_hours_warning(map(stored_rules_of, resources)):
            messages.warning(self.request, warning)
        return super().get_success_url()


class ResourceCreateView(OfficeHoursWarningMixin, CreateView):
    pass


class TimetableEditView(OfficeHoursWarningMixin, EditView):
    pass


class ResourceEditView(OfficeHoursWarningMixin, EditView):
    """Editing of a resource. If its units change, its bookings follow, or nothing is saved."""

    def save_instance(self):
        rows = (form.cleaned_data for form in self.form.formsets["uses"].forms)
        units = {row["unit"].pk for row in rows if row.get("unit")}
        with actions.changing_units(actor=self.request.user, resource=self.object, units=units):
            return super().save_instance()

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except actions.ConflictingBookings as why:
            form.add_error(None, str(why))
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)


class ResourceDeleteView(DeleteView):
    """Deletion of a resource. If it has bookings, it stays, and a message explains how to stop offering it."""

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            text = _("“%(name)s” has bookings and is not deleted. Take the tick from “offered” instead.")
            messages.error(self.request, text % {"name": self.object})
            return redirect(self.model.snippet_viewset.get_url_name("edit"), self.object.pk)


class UnitEditView(EditView):
    """Editing of a unit. If it has fewer pieces, bookings get other pieces; a message counts those that get none."""

    def save_instance(self):
        unit = super().save_instance()
        if left := actions.reassign_pieces(actor=self.request.user, unit=unit):
            text = ngettext(
                "There is not enough any more for %(n)s booking. The plan lists it among those outside.",
                "There is not enough any more for %(n)s bookings. The plan lists them among those outside.",
                left,
            )
            messages.warning(self.request, text % {"n": left})
        return unit
