"""Waiting list: joining it, and the page behind the link of an entry. Both work without JavaScript."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from home.web import rate_limits

from .. import access, actions
from ..bookable_resources import availability_calendar, days_span
from ..logic.availability import local_day
from ..question.answers import parse_moment
from .forms import WaitForm

PER_CLIENT = rate_limits.RateLimit("waiting-list", 60)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_waiting(request, form: str, field: str):
    """Show and process the form for a time of a day and an e-mail address."""
    service, wanted = access.waiting_list_of_question(form, field, request.GET.get("resource", ""))
    found = parse_moment(request.GET.get("day"))
    day = local_day(timezone.now(), wanted.rules.zone) if found is None else found.date()
    count = _count(request.GET.get("count", ""), wanted.most)
    free = availability_calendar(wanted, days_span(day, day, wanted.rules.zone), count=count)
    typed = WaitForm(wanted, free, day, request.POST if request.method == "POST" else None)
    if typed.is_bound and typed.is_valid():
        try:
            _join(request, service, field, wanted, count, typed)
            return redirect("waiting:asked")
        except actions.BookingActionRefused as why:
            typed.add_error(None, str(why))
    context = {
        "form": typed,
        "said": wanted.texts_in(get_language() or ""),
        "day": day,
        "service": service.current.definition.title(get_language() or ""),
        "back_url": service.slug,
    }
    return render(request, "bookings/waiting_list/request.html", context, status=422 if typed.errors else 200)


def _join(request, service, field: str, wanted, count: int, typed: WaitForm) -> None:
    caller = rate_limits.client_address(request)
    if not PER_CLIENT.allows(caller):
        raise actions.BookingActionRefused(_("There were too many attempts. Try again in an hour."))
    actions.join_waiting_list(
        actor=request.user if request.user.is_authenticated else None,
        form=service,
        field=field,
        offer=wanted,
        span=typed.cleaned_data["span"],
        count=count,
        email=typed.cleaned_data["email"],
        language=get_language() or "",
        caller=caller,
    )


@require_safe
def asked(request):
    """Show that the link comes by e-mail.

    The page is the same for everybody, because an address proves nothing.
    """
    return render(request, "bookings/waiting_list/requested.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_entry(request, secret: str):
    """Show an entry and its position. A POST accepts the offer or leaves the list."""
    waiting = access.waiting_entry_by_secret(secret)
    why, actor = "", request.user if request.user.is_authenticated else None
    if request.method == "POST":
        try:
            if "take" in request.POST:
                draft = actions.accept_offer(actor=actor, waiting=waiting)
                return redirect("submissions:resume", draft.secret)
            if "leave" in request.POST:
                actions.leave_waiting_list(actor=actor, waiting=waiting)
                return redirect("waiting:place", secret)
            raise Http404
        except actions.BookingActionRefused as fault:
            why = str(fault)
            waiting = access.waiting_entry_by_secret(secret)
    context = {
        "waiting": waiting,
        "before": access.position_in_queue(waiting),
        "again": actions.is_still_bookable(waiting, timezone.now()),
        "fault": why,
    }
    return render(request, "bookings/waiting_list/entry.html", context, status=409 if why else 200)


def _count(text: str, most: int) -> int:
    return min(max(int(text), 1), most) if text.isascii() and text.isdigit() and len(text) < 5 else 1
