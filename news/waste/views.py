"""Asking for reminders, confirming and ending them."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from home import limits
from home.public_forms import letters_used_up, refusal
from home.secrets import LinkExpired
from newsletter.limits import client_allowed

from . import access, actions
from .forms import ReminderForm
from .models import WasteReminder

PER_EMAIL = limits.Rate("waste-email", 3)  # letters that a stranger can make us send to one address


@csrf_exempt  # the form stands on a cacheable page; where it came from is checked below
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request):
    """Mails the link that confirms. The answer is the same for every address."""
    if request.method != "POST":
        return _asked_again(request, ReminderForm(initial={"zone": request.GET.get("zone", "")}))
    form = ReminderForm(request.POST)
    too_often = _("Too many addresses were entered from here. Please try again in an hour.")
    if status := refusal(request, form, client_allowed, too_often):
        return _asked_again(request, form, status)
    if status := letters_used_up(form, "email", PER_EMAIL):
        return _asked_again(request, form, status)
    if not form.is_trapped:
        actions.ask(
            email=form.cleaned_data["email"],
            language=get_language(),
            district=form.cleaned_data["zone"],
            when=form.cleaned_data["when"],
        )
    return redirect("news:waste_asked")


@require_safe
def asked(request):
    return render(request, "news/waste/asked.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, secret):
    """GET shows a button, because mail scanners follow links; POST confirms."""
    try:
        reminder = access.by_opt_in_link(secret, timezone.now())
    except LinkExpired:
        return render(request, "news/waste/expired.html", status=410)
    asked_for = request.GET.get("when", "")
    when = asked_for if asked_for in WasteReminder.When else reminder.when
    pressed = request.method == "POST"
    done = pressed or reminder.agreed_to(when, get_language())  # or the letter was opened once more
    if pressed:
        try:
            reminder = actions.confirm(reminder=reminder, language=get_language(), when=when)
        except WasteReminder.DoesNotExist:  # ended meanwhile: the link leads nowhere, as after any end
            raise Http404 from None
    context = {"reminder": reminder, "when": WasteReminder.When(when), "done": done}
    return render(request, "news/waste/confirm.html", context)


@csrf_exempt  # RFC 8058: the mail program posts here by itself, without having seen a page of ours
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request, secret):
    """GET shows a button; POST ends the reminders and forgets the address. A second time is no fault."""
    if request.method == "POST":
        if reminder := access.find(secret):
            actions.end(reminder=reminder)
        return render(request, "news/waste/end.html", {"done": True})
    return render(request, "news/waste/end.html", {"reminder": access.by_secret(secret)})


def _asked_again(request, form, status=200):
    return render(request, "news/waste/ask.html", {"form": form}, status=status)
