"""Admin views that edit resources with bookings: the bookings follow, or conflicts prevent the change."""

from datetime import time

from django.contrib import messages
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.snippets.views.snippets import CreateView, DeleteView, EditView

from home.localization.times import format_time

from . import actions
from .bookable_resources import keeps_office_hours, office_hours
from .models import Resource, Timetable


class OfficeHoursWarningMixin:
    """Mixin for saving a resource or a timetable: it warns of appointments outside the counter's opening hours."""

    def get_success_url(self):
        saved = getattr(self, "object", None) or self.form.instance
        resources = saved.resources.select_related("timetable") if hasattr(saved, "resources") else [saved]
        if warning := office_hours_warning(list(resources)):
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


def office_hours_warning(resources: list[Resource]) -> str:
    """Return which weekly openings of appointments lie outside the counter's hours; "" if none does."""
    tables = {one.timetable_id: one.timetable for one in resources if keeps_office_hours(one)}
    office = office_hours() if tables else None
    if office is None:
        return ""
    weekly: dict[int, list[tuple[time, time]]] = {}
    for day, opens, closes in office.weekly:
        weekly.setdefault(day, []).append((opens, closes))
    outside = [cut for table in tables.values() for cut in _outside(table, weekly)]
    if not outside:
        return ""
    text = _("The counter is closed then, and no appointment is offered: %(hours)s.")
    return text % {"hours": "; ".join(dict.fromkeys(outside))}


def _outside(table: Timetable, weekly: dict[int, list[tuple[time, time]]]) -> list[str]:
    return [
        f"{WEEKDAYS[day]} {format_time(block.value['opens'])}–{format_time(block.value['closes'])}"
        for block in table.weekly
        for day in sorted(map(int, block.value["days"]))
        if not any(
            opens <= block.value["opens"] and block.value["closes"] <= closes
            for opens, closes in weekly.get(day, ())
        )
    ]
