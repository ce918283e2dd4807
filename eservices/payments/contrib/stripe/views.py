"""Page with Stripe's card fields. It is the only page with a third-party script; its CSP allows it."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET

from home.web.private_pages import private_page

from ... import access, provider_calls
from ...providers import ProviderRefused, ProviderUnavailable, payment_providers
from ...views import basket_url

PAYMENT = 'payment=(self "https://js.stripe.com")'


def stripe_policy() -> dict[str, list[str]]:
    """Return the content security policy of the page."""
    return settings.SECURE_CSP | {
        "script-src": [*settings.SECURE_CSP["script-src"], "https://js.stripe.com"],
        "frame-src": ["https://js.stripe.com", "https://hooks.stripe.com"],
        "connect-src": [CSP.SELF, "https://api.stripe.com"],
    }


@private_page
@require_GET
def card_page(request, secret, payment_id):
    """Show the card form. Card data go from the browser to Stripe and never reach our server."""
    return csp_override(stripe_policy())(_show_card)(request, secret, payment_id)


def _show_card(request, secret, payment_id):
    payment = access.payment_by_secret(secret, payment_id)
    if payment.provider != "stripe_card" or not payment.external_id:
        raise Http404
    if not payment.is_open:
        return redirect(basket_url(payment.basket, payment.back))
    context = {
        "payment": payment,
        "public_key": settings.STRIPE_PUBLIC_KEY,
        "return_url": provider_calls.return_url(payment),
        "other_url": basket_url(payment.basket, payment.back),
    }
    try:
        context["client_secret"] = payment_providers["stripe_card"].client_secret(payment)
    except (ProviderUnavailable, ProviderRefused):
        return render(request, "payments/stripe/card.html", context, status=503)
    page = render(request, "payments/stripe/card.html", context)
    page["Permissions-Policy"] = settings.PERMISSIONS_POLICY.replace(
        "payment=()", PAYMENT
    )  # a phone's wallet
    return page
