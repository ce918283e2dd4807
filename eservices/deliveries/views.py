"""The demo mailbox: messages that were not sent. Everyone may read them, so it exists only in the demo."""

from functools import wraps

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.csp import CSP
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from .models import MailboxEntry
from .transports import transport_label

PER_PAGE = 50
# E-mails have inline styles, as mail programs require; their links open in the whole window.
LETTER_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}


def demo_only(view):
    """Decorate a view to answer 404 outside the demo, whatever the URL configuration contains."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return require_safe(never_cache(guarded))


@demo_only
def mailbox(request):
    """Show the stored messages, the newest first, with the transport that would have sent each.

    The parameter ``a`` filters by recipient.
    """
    recipient = request.GET.get("a", "").replace("\0", "").strip()[:320]
    entries = MailboxEntry.objects.all()
    if recipient:
        entries = entries.filter(recipient__icontains=recipient)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("p"))
    rows = [(entry, transport_label(entry.channel)) for entry in page]
    return render(request, "deliveries/mailbox.html", {"entries": page, "rows": rows, "recipient": recipient})


@demo_only
def letter(request, pk: int):
    """Show one message, as HTML and as text."""
    return render(request, "deliveries/letter.html", {"entry": _entry(pk)})


@demo_only
@csp_override(LETTER_CSP)
def letter_html(request, pk: int):
    """Return the HTML of a message, for an iframe."""
    html = _entry(pk).html.replace("<head>", '<head><base target="_top">', 1)
    return HttpResponse(html)


def _entry(pk: int) -> MailboxEntry:
    if pk > 2**62:
        raise Http404
    return get_object_or_404(MailboxEntry, pk=pk)
