"""Views of one booking: details, move, purpose, cancellation; and internal bookings."""

from dataclasses import replace
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from eservices.cases.desk.base import agents_only
from home.admin.action_views import ActionFormMixin, action_view

from .. import access, actions
from ..bookable_resources import BookableResource, availability_calendar
from ..case_forms import CancelForm
from ..logic.availability import FARTHEST, RefusalReason, TimeSpan
from ..logic.lanes import STEP
from ..models import Booking
from ..question.answers import RequestedTimes, parse_moment, to_local_time
from ..question.move_form import is_same_price
from ..refusal_messages import refusal_message
from ..states import MOVABLE, is_allowed
from .forms import InternalBookingForm, MoveForm, PurposeForm
from .items import booking_title, schedule_items
from .views import BookingScreen, schedule_url

NEVER = (
    RefusalReason.TAKEN,
    RefusalReason.PROMISED,
    RefusalReason.ORDER,
    RefusalReason.HORIZON,
)  # reasons that staff cannot override


class BookingView(ActionFormMixin, BookingScreen):
    """A booking and the form that moves it. ``?part=1``: the part that the schedule shows in a dialog.

    A GET with ``resource``, ``start`` or ``day`` checks whether the booking can be moved there, and changes nothing.
    ``seen``: the ``Booking.sequence`` with which the schedule showed it.
    """

    template_name = "bookings/schedule/booking.html"
    page_title = gettext_lazy("Booking")

    def get_template_names(self):
        return ["bookings/schedule/booking_part.html"] if self._is_part else [self.template_name]

    @property
    def _is_part(self) -> bool:
        return bool(self.request.GET.get("part") or self.request.POST.get("part"))

    def get(self, request, pk):
        booking = access.booking_for(request.user, pk)
        form = self._form(booking, _initial_data(request.GET, booking))
        checked = {}
        if request.GET.keys() & {"resource", "start", "day"} and form.is_valid():
            checked = self._check_move(booking, form)
        return self._show(booking, form, **checked)

    def post(self, request, pk):
        booking = access.booking_for(request.user, pk, "move")
        form = self._form(booking, request.POST)
        if not form.is_valid():
            return self._show(booking, form, status=422)
        checked = self._check_move(booking, form)
        if checked["refusal"] and not (form.cleaned_data["anyway"] and checked["may_anyway"]):
            return self._show(booking, form, status=409, **checked)
        self.booking = booking

        def move(*, seen, **_data):
            where = {"offer": form.offer, "span": form.span, "seen": seen}
            return actions.move_booking(actor=request.user, booking=booking, ignore_rules=True, **where)

        return self.perform(
            form,
            action=move,
            done=_("The booking is moved."),
            back=lambda _moved: self._schedule_response(form),
        )

    def show_again(self, form: MoveForm, status: int):
        return self._show(self.booking, form, status=status)

    def _schedule_response(self, form: MoveForm) -> HttpResponse | str:
        plan = schedule_url(self.request.POST.get("view", ""), timezone.localdate(form.span.start))
        # The script of the dialog goes to the URL: if it followed a redirect, it would consume the message that is for
        # the page.
        return HttpResponse(status=204, headers={"Location": plan}) if self._is_part else plan

    def _form(self, booking: Booking, data) -> MoveForm:
        kind = booking.resource.kind
        offers = [one for one in access.bookable_resources_for(self.request.user, "move") if one.kind == kind]
        return MoveForm(data, booking=booking, offers=offers, language=get_language() or "")

    def _check_move(self, booking: Booking, form: MoveForm) -> dict:
        """Check whether the booking can be moved as the form asks, and find conflicting bookings."""
        offer, span = form.offer, form.span
        why = refusal_for_staff(offer, span, booking.count, booking.series)
        moved = RequestedTimes(offer, [span], booking.count, booking.series)
        return {
            "checked": True,
            "target": (offer.texts_in(get_language() or "").title, span),
            "refusal": why and refusal_message(why),
            "may_anyway": bool(why) and why not in NEVER,
            "other_price": bool(booking.submission_id) and not is_same_price(booking, moved),
        } | conflict_messages(self.request.user, why, offer, span, booking)

    def _show(self, booking: Booking, form: MoveForm, *, status: int = 200, **checked):
        user = self.request.user
        case = access.case_of(user, booking)
        may = access.resources_for(user, "move").filter(pk=booking.resource_id).exists()
        context = self.get_context_data(
            booking=booking,
            title=booking_title(booking, case),
            case=case,
            span=booking.span,
            form=form,
            may=may,
            may_move=may and booking.state in MOVABLE,
            may_cancel=is_allowed("cancel", booking.state) and access.may_cancel(user, booking),
            cancelling=CancelForm(costs=bool(case and case.submission.fees)),
            words=PurposeForm(initial={"title": booking.title, "public": booking.public}),
            view=self.request.GET.get("view") or self.request.POST.get("view") or "",
            part=self._is_part,
            back=schedule_url("week", timezone.localdate(booking.starts_at)),
            **checked,
        )
        return self.render_to_response(context, status=status)


class InternalBookingView(ActionFormMixin, BookingScreen):
    """Booking of a resource for the commune itself."""

    template_name = "bookings/schedule/new.html"
    page_title = gettext_lazy("Book for the commune")

    def get(self, request):
        initial = {name: request.GET.get(name, "") for name in ("resource", "starts_at", "ends_at")}
        return self.show_again(self._form(initial=initial), 200)

    def post(self, request):
        form = self._form(request.POST)
        if not form.is_valid():
            return self.show_invalid(form)
        given = form.cleaned_data
        why = refusal_for_staff(form.offer, form.span, given["count"])
        may_anyway = bool(why) and why not in NEVER
        if why and not (given["anyway"] and may_anyway):
            form.add_error(None, refusal_message(why))
            found = conflict_messages(request.user, why, form.offer, form.span)
            return self.show_again(form, 409, may_anyway=may_anyway, **found)

        def book(*, title, public, count, **_data) -> Booking:
            about = {"offer": form.offer, "span": form.span, "title": title, "public": public, "count": count}
            return actions.create_internal_booking(actor=request.user, ignore_rules=True, **about)

        return self.perform(form, action=book, done=_("The booking is confirmed."), back=_week_of)

    def _form(self, *args, **kwargs) -> InternalBookingForm:
        offers = access.bookable_resources_for(self.request.user, "move")
        return InternalBookingForm(*args, offers=offers, language=get_language() or "", **kwargs)

    def show_again(self, form: InternalBookingForm, status: int, **said):
        return self.render_to_response(self.get_context_data(form=form, **said), status=status)


@action_view("plan:booking", "pk")
@agents_only
def set_purpose(request, pk) -> str:
    """Set the purpose of a booking, and whether it is public."""
    booking = access.booking_for(request.user, pk, "move")
    form = PurposeForm(request.POST)
    if not form.is_valid():
        raise actions.BookingActionRefused(_("This is too long."))
    actions.set_purpose(actor=request.user, booking=booking, **form.cleaned_data)
    return _("Saved.")


@action_view("plan:booking", "pk")
@agents_only
def cancel_booking(request, pk):
    """Cancel a booking and notify the applicant."""
    booking = access.booking_for(request.user, pk, "move")
    if not access.may_cancel(request.user, booking):
        raise Http404
    by_terms = CancelForm(request.POST)["by_terms"].data
    actions.cancel_booking(actor=request.user, booking=booking, by_terms=bool(by_terms))
    messages.success(request, _("The booking is cancelled."))
    return redirect(_week_of(booking))


def _week_of(booking: Booking) -> str:
    """Return the URL of the schedule in the week of a booking."""
    return schedule_url("week", timezone.localdate(booking.starts_at))


def refusal_for_staff(
    offer: BookableResource, span: TimeSpan, count: int, series=None
) -> RefusalReason | None:
    """Return why staff cannot book a time; None if they can.

    Lead time, lengths and the grid do not bind staff, nor the horizon, as long as it is before ``FARTHEST``.
    """
    found = availability_calendar(offer, span, count=count, without=series)
    rules = replace(
        found.rules,
        lead=timedelta(),
        horizon=FARTHEST,
        step=STEP,
        shortest=STEP,
        longest=None,
        whole=False,
    )
    why = replace(found, rules=rules).refusal(span)
    if why != RefusalReason.TAKEN:
        return why
    if found.occupation.choice(found.needs, rules.around(span)):
        return RefusalReason.CLOSED  # a piece is free, but the resource is not open then
    others = availability_calendar(offer, span, count=count, without=series, promised=()).occupation
    return RefusalReason.PROMISED if others.choice(found.needs, rules.around(span)) else RefusalReason.TAKEN


def conflict_messages(
    user, why: RefusalReason | None, offer: BookableResource, span: TimeSpan, booking: Booking | None = None
) -> dict:
    """Return what conflicts with a taken time, as far as ``user`` may know it.

    Also returns whether ``span`` is only too near to other bookings, because buffers are not visible on the schedule.
    """
    if why != RefusalReason.TAKEN:
        return {}
    rules = offer.rules
    reach = rules.around(span).widened(rules.after, rules.before)
    bars = [
        bar
        for bar in schedule_items(user, [offer], reach)[offer.key]
        if not (booking and bar.booking and bar.booking.pk == booking.pk)
    ]
    return {"in_the_way": bars, "too_near": not any(bar.span.overlaps(span) for bar in bars)}


def _initial_data(query, booking: Booking) -> dict:
    """Return the initial data of the form: the booking as it is, or the target in the query string."""
    start = parse_moment(query.get("start"))
    start = timezone.make_aware(start) if start and not start.tzinfo else start
    day = parse_moment(query.get("day"))
    if day and not start:
        start = timezone.localtime(booking.starts_at).replace(
            year=day.year, month=day.month, day=day.day, fold=0
        )
    start = start or booking.starts_at
    end = start + (booking.ends_at - booking.starts_at)
    return {
        "resource": query.get("resource") or booking.resource.key,
        "starts_at": to_local_time(start),
        "ends_at": to_local_time(end),
        "seen": query.get("seen", ""),
    }
