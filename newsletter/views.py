"""Public pages of the newsletter. The sign-up has no token and no session, so that it can be cached."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from home.web.public_forms import mailbox_limit_status, rejection_status
from home.web.same_origin import split_origin
from home.web.secret_links import show_expired_links

from . import access, consent_wording, rate_limits, signup_options
from .actions import subscribers as actions
from .forms import PreferencesForm, SubscribeForm
from .states import SubscriberState


@csrf_exempt  # the form is on cached pages; its origin is checked below
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request):
    """Show the sign-up; on POST send the opt-in link or the link to the preferences page.

    The response is the same for every address.
    """
    if request.method != "POST":
        return _sign_up(request, SubscribeForm(initial={"topics": request.GET.getlist("topic")}))
    form = SubscribeForm(request.POST)
    too_often = _("Too many addresses were entered from here. Try again in an hour.")
    if status := rejection_status(request, form, rate_limits.PER_CLIENT.allows_client, too_often):
        return _sign_up(request, form, status)
    if status := mailbox_limit_status(form, "email", rate_limits.PER_EMAIL):
        return _sign_up(request, form, status)
    email, known = form.cleaned_data["email"], form.cleaned_data["known"]
    if not form.is_trapped:
        if known:
            actions.send_preferences_link(email=email)
        else:
            actions.request_subscription(
                email=email,
                language=get_language(),
                topic_keys=form.cleaned_data["topics"],
                page=split_origin(request.headers.get("Referer", "")).path or request.path,
            )
    return redirect("newsletter:reminded" if known else "newsletter:asked")


@require_safe
def asked(request):
    return render(request, "newsletter/asked.html")


@require_safe
def preferences_link_sent(request):
    return render(request, "newsletter/reminded.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@show_expired_links("newsletter/expired.html")
def confirm(request, secret):
    """Show a button on GET, because mail scanners follow links; confirm on POST."""
    subscriber = access.subscriber_by_opt_in_link(secret, timezone.now())
    if request.method != "POST":
        if subscriber.state == SubscriberState.CONFIRMED:  # the link was opened again
            return redirect("newsletter:preferences", secret)
        return render(request, "newsletter/confirm.html", {"subscriber": subscriber})
    actions.confirm_subscription(subscriber=subscriber)
    messages.success(request, _("You are subscribed."))
    return redirect("newsletter:preferences", secret)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request, secret):
    """Show and save a subscriber's topics and language, with links to unsubscribe and erase."""
    subscriber = access.subscriber_by_secret(secret)
    initial = {"language": subscriber.language, "topics": subscriber.topic_keys}
    form = PreferencesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_subscription(
            subscriber=subscriber,
            language=form.cleaned_data["language"],
            topic_keys=form.cleaned_data["topics"],
        )
        messages.success(request, _("Your choice is saved."))
        return redirect("newsletter:preferences", secret)
    context = {"subscriber": subscriber, "form": form, "notices": messages.get_messages(request)}
    return render(request, "newsletter/preferences.html", context, status=422 if form.errors else 200)


@csrf_exempt  # RFC 8058: the mail program posts here automatically, without loading a page first
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, secret):
    """Show a button on GET; unsubscribe on POST, also repeatedly."""
    subscriber = access.subscriber_by_secret(secret)
    if request.method == "POST":
        subscriber = actions.unsubscribe(subscriber=subscriber)
    return render(request, "newsletter/unsubscribe.html", {"subscriber": subscriber})


@never_cache
@require_POST
def erase(request, secret):
    """Erase the subscriber."""
    actions.erase_subscriber(subscriber=access.subscriber_by_secret(secret))
    return redirect("newsletter:erased")


@require_safe
def erased(request):
    return render(request, "newsletter/erased.html")


@require_safe
def test_link_page(request):
    """Show the page to which the personal links of a test lead."""
    return render(request, "newsletter/tried.html")


def _sign_up(request, form, status=200):
    context = {
        "form": form,
        "wording": consent_wording.WORDING,
        "ways": signup_options.available_signup_options(),
    }
    return render(request, "newsletter/subscribe.html", context, status=status)
