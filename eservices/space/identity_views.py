"""Pages about the user's identity level, and how to raise it: by letter, at the counter, by a provider."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eservices.accounts import actions as accounts
from eservices.accounts.models import IdentityLevel
from eservices.register import access as register
from eservices.register import actions
from eservices.register.persons import DeclaredPerson
from home.web.private_pages import private_page

from .authentication.identity_provider import provider_name
from .forms import PostedCodeForm, RegisterLookupForm


def _show(request, *, who: RegisterLookupForm | None = None, code: PostedCodeForm | None = None):
    user = request.user
    names = {"given_names": user.first_name, "family_name": user.last_name}
    level = user.level
    context = {
        "level": level,
        "known": level >= IdentityLevel.KNOWN,
        "proof": user.known_as,
        "waiting": register.pending_code(user, timezone.now()),
        "who": who or RegisterLookupForm(initial=names),
        "code": code or PostedCodeForm(),
        "failed": bool((who and who.errors) or (code and code.errors)),
        "asking": bool(who),
        "provider": provider_name() if level < IdentityLevel.ASSURED else "",
        "linked": provider_name() if user.socialaccount_set.exists() else "",
        "notices": messages.get_messages(request),
    }
    return render(request, "space/identity.html", context, status=422 if context["failed"] else 200)


@private_page
@login_required
@require_GET
def identity(request):
    """Show the identity level of the user and how to raise it."""
    return _show(request)


@private_page
@login_required
@require_POST
def request_posted_code(request):
    """Request a code by letter to the registered address of the declared person.

    It is posted only if the register finds exactly one such person.
    """
    form = RegisterLookupForm(request.POST)
    if not form.is_valid():
        return _show(request, who=form)
    try:
        actions.request_code(
            actor=request.user, said=DeclaredPerson(**form.cleaned_data), language=get_language()
        )
    except actions.CodeRequestRefused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, who=form)
    return redirect("space:identity")


@private_page
@login_required
@require_POST
def confirm_posted_code(request):
    """Check the code of the letter."""
    form = PostedCodeForm(request.POST)
    if not form.is_valid():
        return _show(request, code=form)
    try:
        actions.confirm_code(actor=request.user, typed=form.cleaned_data["code"])
    except actions.WrongCode as wrong:
        form.add_error("code", _wrong(wrong.left))
        return _show(request, code=form)
    messages.success(request, _("Thank you. Your identity is verified."))
    return redirect("space:identity")


@private_page
@login_required
@require_POST
def remove_provider(request):
    """Disconnect the identity provider from the account."""
    accounts.remove_provider(actor=request.user, name=provider_name())
    messages.success(request, _("Done. You sign in by the code that we send to your address."))
    return redirect("space:identity")


def _wrong(left: int) -> str:
    if not left:
        return _("This code is wrong, and you have no attempts left. Ask for another letter.")
    text = ngettext(
        "This code is wrong. You have %(n)s attempt left.",
        "This code is wrong. You have %(n)s attempts left.",
        left,
    )
    return text % {"n": left}
