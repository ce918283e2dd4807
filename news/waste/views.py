"""Views to request, confirm and end waste reminders."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from home.web import rate_limits
from home.web.public_forms import mailbox_limit_status, rejection_status
from home.web.secret_links import show_expired_links
from newsletter.rate_limits import PER_CLIENT

from . import access, actions
from .forms import ReminderForm
from .models import WasteReminder
from .reminder_times import ReminderTime

PER_EMAIL = rate_limits.RateLimit("waste-email", 3)  # e-mails that a stranger can cause to one address


@csrf_exempt  # the form is on a cacheable page; its origin is checked below
@require_http_methods(["GET", "HEAD", "POST"])
def request_reminder(request):
    """E-mail the link that confirms. The response is the same for every address."""
    if request.method != "POST":
        return _asked_again(request, ReminderForm(initial={"zone": request.GET.get("zone", "")}))
    form = ReminderForm(request.POST)
    too_often = _("Too many addresses were entered from here. Try again in an hour.")
    if status := rejection_status(request, form, PER_CLIENT.allows_client, too_often):
        return _asked_again(request, form, status)
    if status := mailbox_limit_status(form, "email", PER_EMAIL):
        return _asked_again(request, form, status)
    if not form.is_trapped:
        actions.request_reminder(
            email=form.cleaned_data["email"],
            language=get_language(),
            district=form.cleaned_data["zone"],
            when=form.cleaned_data["when"],
        )
    return redirect("news:waste_asked")


@require_safe
def reminder_requested(request):
    return render(request, "news/waste/asked.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@show_expired_links("news/waste/expired.html")
def confirm_reminder(request, secret):
    """Show a button on GET, because mail scanners follow links; confirm on POST."""
    reminder = access.reminder_by_opt_in_link(secret, timezone.now())
    asked_for = request.GET.get("when", "")
    when = asked_for if asked_for in ReminderTime else reminder.when
    pressed = request.method == "POST"
    done = pressed or reminder.agreed_to(when, get_language())  # or the e-mail's link was opened again
    if pressed:
        try:
            reminder = actions.confirm_reminder(reminder=reminder, language=get_language(), when=when)
        except WasteReminder.DoesNotExist:  # ended since it was read: the link is then unknown
            raise Http404 from None
    context = {"reminder": reminder, "when": ReminderTime(when), "done": done}
    return render(request, "news/waste/confirm.html", context)


@csrf_exempt  # RFC 8058: mail programs post here without having seen a page of the site
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end_reminder(request, secret):
    """Show a button on GET; end the reminder and erase the address on POST. A second POST is no error."""
    if request.method == "POST":
        if reminder := access.reminder_by_secret(secret):
            actions.end_reminder(reminder=reminder)
        return render(request, "news/waste/end.html", {"done": True})
    return render(request, "news/waste/end.html", {"reminder": access.reminder_by_secret_or_404(secret)})


def _asked_again(request, form, status=200):
    return render(request, "news/waste/ask.html", {"form": form}, status=status)
