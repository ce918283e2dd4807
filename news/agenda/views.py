"""View to propose an event."""

from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from news.proposals.form_handling import handle_proposal_form
from news.proposals.models import Proposal

from .forms import NewEventForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def propose_event(request):
    """Take the proposal of an event for the agenda."""
    return handle_proposal_form(
        request,
        NewEventForm(request.POST if request.method == "POST" else None),
        kind=Proposal.Kind.EVENT,
        title=lambda form: form.cleaned_data["title"],
        template="news/agenda/propose.html",
    )
