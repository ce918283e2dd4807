"""Handling of public forms for new proposals of all types."""

from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from home.web.public_forms import mailbox_limit_status

from . import actions, rate_limits


def handle_proposal_form(request, form, *, kind: str, title, template: str, **context):
    """Show the form, or e-mail the link that sends the proposal. The response is the same for every address."""

    def page(status: int = 200):
        return render(request, template, context | {"form": form}, status=status)

    if not form.is_bound:
        return page()
    if not form.is_valid():
        return page(422)
    if not rate_limits.PER_CLIENT.allows_client(request):
        form.add_error(None, _("Too many forms were sent from here. Try again in an hour."))
        return page(429)
    if status := mailbox_limit_status(form, "sender", rate_limits.PER_EMAIL):
        return page(status)
    if not form.is_trapped:
        email = form.cleaned_data["sender"]
        actions.request_proposal(
            kind=kind, title=title(form), data=form.values(), email=email, language=get_language()
        )
    return redirect("news:proposal_asked")
