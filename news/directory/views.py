"""Views to request the link to an entry, to update the entry by that link, and to propose a new entry."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from home.maps import town_map_settings
from home.web.public_forms import mailbox_limit_status
from home.web.secret_links import show_expired_links
from news.proposals import actions as proposals
from news.proposals import rate_limits
from news.proposals.form_handling import handle_proposal_form
from news.proposals.models import Proposal

from . import access, actions
from .forms import EntryForm, KeeperLinkForm, NewEntryForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_links(request):
    """E-mail links to the keeper with this address. The response is the same for every address."""
    form = KeeperLinkForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _ask(request, form)
    if not form.is_valid():
        return _ask(request, form, 422)
    if not rate_limits.PER_CLIENT.allows_client(request):
        form.add_error(None, _("Too many forms were sent from here. Try again in an hour."))
        return _ask(request, form, 429)
    if status := mailbox_limit_status(form, "email", rate_limits.PER_EMAIL):
        return _ask(request, form, status)
    if not form.is_trapped:
        actions.send_keeper_links(email=form.cleaned_data["email"], language=get_language())
    return redirect("news:directory_asked")


@require_safe
def links_requested(request):
    return render(request, "news/directory/asked.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@show_expired_links("news/directory/expired.html")
def keep_entry(request, secret):
    """Show the entry as a form; propose the changes, or confirm the entry if nothing was changed."""
    link = access.keeper_link_by_secret(secret, timezone.now())
    entry = link.entry
    is_true = "true" in request.POST
    waiting = entry.proposals.waiting().filter(kind=Proposal.Kind.ENTRY).first()
    form = EntryForm(
        request.POST if request.method == "POST" else None,
        initial=waiting.data if waiting else entry.values(),
    )
    if is_true and not form.has_input():
        return _confirmed(request, link)
    if form.is_bound and form.is_valid():
        proposal = proposals.propose_change(
            entry=entry, data=form.values(), email=link.email, language=get_language()
        )
        if is_true and not proposal:
            return _confirmed(request, link)
        return _kept(request, entry, "proposed" if proposal else "same")
    context = {"entry": entry, "waiting": waiting, "form": form, "map": town_map_settings()}
    return render(request, "news/directory/keep.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def propose_entry(request):
    """Take the proposal of a new entry."""
    return handle_proposal_form(
        request,
        NewEntryForm(request.POST if request.method == "POST" else None),
        kind=Proposal.Kind.ENTRY,
        title=lambda form: form.cleaned_data["name"],
        template="news/directory/propose.html",
        map=town_map_settings(),
    )


def _confirmed(request, link):
    actions.confirm_entry(link=link)
    return _kept(request, link.entry, "true")


def _kept(request, entry, done: str):
    url = entry.get_url(get_language()) if entry.shown else ""
    return render(request, "news/directory/kept.html", {"entry": entry, "done": done, "url": url})


def _ask(request, form, status: int = 200):
    return render(request, "news/directory/ask.html", {"form": form}, status=status)
