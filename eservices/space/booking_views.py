"""Pages for applicants about one booking: moving and cancelling it, within its cancellation terms."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from eservices.bookings import actions
from eservices.bookings.actions.refunds import CaseRefunds, is_free_of_charge, refund_percent
from eservices.bookings.ical_export import render_ical
from eservices.bookings.question.move_form import is_same_price, move_form
from home.web.downloads import as_download

from . import access
from .case_access import CaseAccess
from .views import case_view, redirect_with_message, show_case


@require_http_methods(["GET", "POST"])
def move_booking(request, door: CaseAccess, booking_id):
    """Show the calendar of the resource and move the booking to another time of the same price.

    A time with another price is refused; the applicant has to cancel and book again.
    """
    booking = access.booking_of(door.case, booking_id)
    form = move_form(booking, get_language(), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data["time"]
        if not is_same_price(booking, wanted):
            form.add_error("time", _("This time has another price. Cancel this booking and book again."))
        else:
            try:
                actions.move_booking(
                    actor=door.actor, booking=booking, offer=wanted.offer, span=wanted.spans[0]
                )
            except actions.BookingActionRefused as why:
                form.add_error("time", str(why))
            else:
                return redirect_with_message(request, door, _("Your booking is moved."))
    context = {"door": door, "form": form, "booking": booking, "url": door.url_of("move", booking.pk)}
    return render(request, "space/move.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def cancel_booking(request, door: CaseAccess, booking_id):
    """Show the refund now and the refund later, ask for confirmation, then cancel.

    Asks again with status 409 if the refund differs from the amount that the applicant saw.
    """
    booking, now = access.booking_of(door.case, booking_id), timezone.now()
    share = refund_percent(booking, now)
    refunds = CaseRefunds(door.case)
    paid_back = refunds.amount(booking, share)
    changed = request.method == "POST" and request.POST.get("paid_back", str(paid_back)) != str(paid_back)
    if request.method == "GET" or changed:
        context = {
            "door": door,
            "booking": booking,
            "url": door.url_of("cancel", booking.pk),
            "free": is_free_of_charge(door.case, booking),
            "paid_back": paid_back,
            "deposit": min(refunds.deposit_back(booking), paid_back),
            "later": refunds.due_back_later(booking, now),
            "wholly": share == 100,
            "changed": changed,
        }
        return render(request, "space/cancel.html", context, status=409 if changed else 200)
    try:
        actions.cancel_booking(actor=door.actor, booking=booking)
    except actions.BookingActionRefused as why:
        return show_case(request, door, fault=str(why))
    return redirect_with_message(request, door, _("Your booking is cancelled."))


@require_GET
def calendar(request, door: CaseAccess):
    """Return the bookings of the case as an iCalendar file; 404 if it has none."""
    booked = access.bookings_of(door.case)
    if not booked:
        raise Http404
    text = render_ical(booked, get_language() or door.case.language)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    return as_download(response, f"{door.case.reference.lower()}.ics")


status_calendar, case_calendar = case_view(calendar)
status_move, case_move = case_view(move_booking)
status_cancel, case_cancel = case_view(cancel_booking)
