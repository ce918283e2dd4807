"""Payment page of the demo provider: pay, decline, wait, or leave unanswered."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ...models.demo_payments import DemoPayment
from .provider import MOMENT, mark_paid


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demo_payment_page(request, key):
    """Show the page that takes the place of a bank's, and redirect to the return URL after a choice."""
    theirs = DemoPayment.objects.filter(pk=key).first()
    if theirs is None or "demo" not in settings.PAYMENT_PROVIDERS:
        raise Http404
    if request.method != "POST":
        return render(request, "payments/demo/page.html", {"theirs": theirs})
    still = DemoPayment.objects.filter(pk=key, state=DemoPayment.State.OPEN)
    match request.POST.get("do"):
        case "pay":
            mark_paid(theirs)
        case "decline":
            still.update(state=DemoPayment.State.DECLINED)
        case "wait":
            still.update(pays_at=timezone.now() + MOMENT)
    return redirect(theirs.return_url)
