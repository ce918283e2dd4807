"""One booking: what it is, moving it, what it is for, cancelling it; and booking for the commune itself."""

from dataclasses import replace
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from eservices.cases.views import agents_only

from .. import access, actions
from ..answers import Wanted, local, moment
from ..availability import FARTHEST, Refusal, Span
from ..desk_forms import CancelForm
from ..models import Booking
from ..moving import same_price
from ..offers import Offer, calendar
from ..refusals import words
from ..states import MOVABLE, allowed
from .bars import taken, title_of
from .forms import HouseForm, MoveForm, WordsForm
from .lanes import STEP
from .views import BookingDesk, plan_url

NEVER = (Refusal.TAKEN, Refusal.PROMISED, Refusal.ORDER, Refusal.HORIZON)  # what nobody goes past


class BookingView(BookingDesk):
    """What a booking is, and the form that moves it. ``?part=1``: what the plan shows in a dialog.

    A GET with ``resource``, ``start`` or ``day`` says whether it could go there, and changes nothing. ``seen``: the
    ``sequence`` that the plan showed it with.
    """

    template_name = "bookings/plan/booking.html"
    page_title = gettext_lazy("Booking")

    def get_template_names(self):
        return ["bookings/plan/booking_part.html"] if self._is_part else [self.template_name]

    @property
    def _is_part(self) -> bool:
        return bool(self.request.GET.get("part") or self.request.POST.get("part"))

    def get(self, request, pk):
        booking = access.booking_for(request.user, pk)
        form = self._form(booking, _asked(request.GET, booking))
        checked = {}
        if request.GET.keys() & {"resource", "start", "day"} and form.is_valid():
            checked = self._checked(booking, form)
        return self._show(booking, form, **checked)

    def post(self, request, pk):
        booking = access.booking_for(request.user, pk, "move")
        form = self._form(booking, request.POST)
        if not form.is_valid():
            return self._show(booking, form, status=422)
        checked = self._checked(booking, form)
        if checked["refusal"] and not (form.cleaned_data["anyway"] and checked["may_anyway"]):
            return self._show(booking, form, status=409, **checked)
        try:
            where = {"offer": form.offer, "span": form.span, "seen": form.cleaned_data["seen"]}
            actions.move(actor=request.user, booking=booking, anyway=True, **where)
        except actions.NotAllowed as why:
            form.add_error(None, str(why))
            return self._show(booking, form, status=409)
        messages.success(request, _("The booking is moved."))
        plan = plan_url(request.POST.get("view", ""), timezone.localdate(form.span.start))
        # The dialog goes there itself: following a redirect, it would read the message that is for the page.
        return HttpResponse(status=204, headers={"Location": plan}) if self._is_part else redirect(plan)

    def _form(self, booking: Booking, data) -> MoveForm:
        kind = booking.resource.kind
        offers = [one for one in access.offers_for(self.request.user, "move") if one.kind == kind]
        return MoveForm(data, booking=booking, offers=offers, language=get_language() or "")

    def _checked(self, booking: Booking, form: MoveForm) -> dict:
        """Whether it can go where the form says, and who is in the way."""
        offer, span = form.offer, form.span
        why = refusal_for_staff(offer, span, booking.count, booking.series)
        moved = Wanted(offer, [span], booking.count, booking.series)
        return {
            "checked": True,
            "target": (offer.said(get_language() or "").title, span),
            "refusal": why and words(why),
            "may_anyway": bool(why) and why not in NEVER,
            "other_price": bool(booking.submission_id) and not same_price(booking, moved),
        } | obstacles(self.request.user, why, offer, span, booking)

    def _show(self, booking: Booking, form: MoveForm, *, status: int = 200, **checked):
        user = self.request.user
        case = access.case_of(user, booking)
        may = access.resources_for(user, "move").filter(pk=booking.resource_id).exists()
        context = self.get_context_data(
            booking=booking,
            title=title_of(booking, case),
            case=case,
            span=booking.span,
            form=form,
            may=may,
            may_move=may and booking.state in MOVABLE,
            may_cancel=allowed("cancel", booking.state) and access.may_cancel(user, booking),
            cancelling=CancelForm(costs=bool(case and case.submission.fees)),
            words=WordsForm(initial={"title": booking.title, "public": booking.public}),
            view=self.request.GET.get("view") or self.request.POST.get("view") or "",
            part=self._is_part,
            back=plan_url("week", timezone.localdate(booking.starts_at)),
            **checked,
        )
        return self.render_to_response(context, status=status)


class NewView(BookingDesk):
    """The commune books for itself."""

    template_name = "bookings/plan/new.html"
    page_title = gettext_lazy("Book for the commune")

    def get(self, request):
        initial = {name: request.GET.get(name, "") for name in ("resource", "starts_at", "ends_at")}
        return self._show(self._form(initial=initial))

    def post(self, request):
        form = self._form(request.POST)
        if not form.is_valid():
            return self._show(form, 422)
        given = form.cleaned_data
        why = refusal_for_staff(form.offer, form.span, given["count"])
        may_anyway = bool(why) and why not in NEVER
        if why and not (given["anyway"] and may_anyway):
            form.add_error(None, words(why))
            found = obstacles(request.user, why, form.offer, form.span)
            return self._show(form, 409, may_anyway=may_anyway, **found)
        try:
            booking = actions.reserve(
                actor=request.user,
                offer=form.offer,
                span=form.span,
                title=given["title"],
                public=given["public"],
                count=given["count"],
                anyway=True,
            )
        except actions.Taken as gone:
            form.add_error(None, str(gone))
            return self._show(form, 409)
        messages.success(request, _("It is booked."))
        return redirect(plan_url("week", timezone.localdate(booking.starts_at)))

    def _form(self, *args, **kwargs) -> HouseForm:
        offers = access.offers_for(self.request.user, "move")
        return HouseForm(*args, offers=offers, language=get_language() or "", **kwargs)

    def _show(self, form: HouseForm, status: int = 200, **said):
        return self.render_to_response(self.get_context_data(form=form, **said), status=status)


@require_POST
@agents_only
def describe(request, pk):
    """What it is for, and whether everybody reads it."""
    booking = access.booking_for(request.user, pk, "move")
    form = WordsForm(request.POST)
    if form.is_valid():
        actions.describe(actor=request.user, booking=booking, **form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("This is too long."))
    return redirect("plan:booking", pk)


@require_POST
@agents_only
def cancel(request, pk):
    """It does not take place; who booked is written to."""
    booking = access.booking_for(request.user, pk, "move")
    if not access.may_cancel(request.user, booking):
        raise Http404
    by_terms = CancelForm(request.POST)["by_terms"].data
    try:
        actions.cancel(actor=request.user, booking=booking, by_terms=bool(by_terms))
    except actions.NotAllowed as why:
        messages.error(request, str(why))
        return redirect("plan:booking", pk)
    messages.success(request, _("The booking is cancelled."))
    return redirect(plan_url("week", timezone.localdate(booking.starts_at)))


def refusal_for_staff(offer: Offer, span: Span, count: int, series=None) -> Refusal | None:
    """Why a time cannot be booked. How soon, how long and on which minutes others book does not bind staff, nor how far
    ahead, as far as anything can be booked at all."""
    found = calendar(offer, span, count=count, without=series)
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
    if why != Refusal.TAKEN:
        return why
    if found.occupation.choice(found.needs, rules.around(span)):
        return Refusal.CLOSED  # there is one, though it is not open then
    others = calendar(offer, span, count=count, without=series, promised=()).occupation
    return Refusal.PROMISED if others.choice(found.needs, rules.around(span)) else Refusal.TAKEN


def obstacles(user, why: Refusal | None, offer: Offer, span: Span, booking: Booking | None = None) -> dict:
    """Who is in the way of a time that is taken, as far as ``user`` may know of it; and whether ``span`` only comes
    too near to them: what is kept free around a booking stands on no plan."""
    if why != Refusal.TAKEN:
        return {}
    rules = offer.rules
    reach = rules.around(span).widened(rules.after, rules.before)
    bars = [
        bar
        for bar in taken(user, [offer], reach)[offer.key]
        if not (booking and bar.booking and bar.booking.pk == booking.pk)
    ]
    return {"in_the_way": bars, "too_near": not any(bar.span.overlaps(span) for bar in bars)}


def _asked(asked, booking: Booking) -> dict:
    """What the form shows at first: the booking as it is, or where the address says that it should go."""
    start = moment(asked.get("start"))
    start = timezone.make_aware(start) if start and not start.tzinfo else start
    day = moment(asked.get("day"))
    if day and not start:
        start = timezone.localtime(booking.starts_at).replace(
            year=day.year, month=day.month, day=day.day, fold=0
        )
    start = start or booking.starts_at
    end = start + (booking.ends_at - booking.starts_at)
    return {
        "resource": asked.get("resource") or booking.resource.key,
        "starts_at": local(start),
        "ends_at": local(end),
        "seen": asked.get("seen", ""),
    }
