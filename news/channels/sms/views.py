"""Views of news by SMS: sign-up, code, the reader's page, and the webhook of the gateway."""

import json
import re
from unicodedata import normalize

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from home.web.public_forms import rejection_status
from newsletter import signup_options

from . import access, actions, rate_limits
from .channel import SmsChannel
from .consent_wording import WORDING
from .forms import CodeForm, PhoneForm, PhonePreferencesForm
from .phone_numbers import normalize_sender

SENDER = ("from", "From", "sender", "originator", "msisdn")
TEXT = ("text", "Body", "body", "message", "content")
WORD = re.compile(r"\w+")
STOP = {
    *("STOP", "STOPALL", "END", "CANCEL", "QUIT", "UNSUBSCRIBE"),
    *("ARRET", "ARRÊT", "ARRETER", "ARRÊTER", "ARRETEZ", "ARRÊTEZ", "FIN"),
    *("STOPP", "ENDE", "ABMELDEN"),
    *("ALT", "FERMA", "BASTA"),
}


def require_sms_enabled(view):
    """Answer 404 if the commune sends no SMS."""

    def guarded(request, *args, **kwargs):
        if not SmsChannel().ready:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@csrf_exempt  # the form is on a cacheable page; its origin is checked below
@require_http_methods(["GET", "HEAD", "POST"])
@require_sms_enabled
def subscribe(request):
    """Show the sign-up form, or send a code. The response is the same for every number."""
    if request.method != "POST":
        return _sign_up(request, PhoneForm(initial={"topics": request.GET.getlist("topic"), "alerts": True}))
    form = PhoneForm(request.POST)
    too_often = _("Too many numbers were entered. Please try again in an hour.")
    if status := rejection_status(request, form, rate_limits.asking_allowed, too_often):
        return _sign_up(request, form, status)
    number = form.cleaned_data["number"]
    if not form.is_trapped and not rate_limits.number_allowed(number):
        form.add_error(
            "number", _("Several codes went to this number. Please try again in an hour, or tomorrow.")
        )
        return _sign_up(request, form, 429)
    if not form.is_trapped:
        actions.request_subscription(
            number=number,
            language=get_language(),
            topic_keys=form.cleaned_data["topics"],
            alerts=form.cleaned_data["alerts"],
        )
    return redirect("news:sms_code", access.code_entry_token(number))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_sms_enabled
def enter_code(request, token):
    """Show the form for the code and confirm the number."""
    reader = access.reader_by_number(access.number_from_token(token))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if reader and actions.confirm_by_code(reader=reader, code=form.cleaned_data["code"]):
            messages.success(request, _("Your number is confirmed. You now get news by SMS."))
            return redirect("news:sms_own", reader.secret)
        form.add_error(
            "code", _("This code is wrong, too old or used already. After 5 tries ask for a new one.")
        )
    return render(request, "news/channels/sms/code.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request, secret):
    """Show the page of a reader: topics, language, unsubscribing and erasure."""
    reader = access.reader_by_secret(secret)
    initial = {"language": reader.language, "topics": reader.topic_keys, "alerts": reader.alerts}
    form = PhonePreferencesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_subscription(
            reader=reader,
            language=form.cleaned_data["language"],
            topic_keys=form.cleaned_data["topics"],
            alerts=form.cleaned_data["alerts"],
        )
        messages.success(request, _("Your choice is saved."))
        return redirect("news:sms_own", secret)
    context = {"reader": reader, "form": form, "notices": messages.get_messages(request)}
    return render(request, "news/channels/sms/own.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def stop(request, secret):
    actions.unsubscribe(reader=access.reader_by_secret(secret))
    return redirect("news:sms_own", secret)


@never_cache
@require_POST
def erase(request, secret):
    """Erase the number."""
    actions.erase_reader(reader=access.reader_by_secret(secret))
    return redirect("newsletter:erased")


@csrf_exempt
@never_cache
@require_POST
def webhook(request, secret):
    """Receive the replies of readers from the gateway. The address contains the secret. Only STOP has an effect."""
    ours = settings.SMS_WEBHOOK_SECRET
    if not ours or not constant_time_compare(secret, ours):
        raise Http404
    told = _told(request)
    number = normalize_sender(_first(told, SENDER))
    word = WORD.search(normalize("NFC", _first(told, TEXT)).upper())
    reader = access.reader_by_number(number) if number and word and word[0] in STOP else None
    if reader:
        actions.unsubscribe(reader=reader, replied=True)
    return HttpResponse(status=204)


def _told(request) -> dict:
    """Return the posted data, from a form or JSON; an empty dict if it is neither."""
    if request.content_type != "application/json":
        return request.POST
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _first(told, names) -> str:
    return next((str(told[name])[:200].replace("\0", "") for name in names if told.get(name)), "")


def _sign_up(request, form, status=200):
    return render(
        request,
        "news/channels/sms/subscribe.html",
        {"form": form, "ways": signup_options.available_signup_options(), "wording": WORDING},
        status=status,
    )
