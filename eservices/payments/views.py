"""Payment pages and webhooks. All pages work without JavaScript."""

from io import BytesIO

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eservices.documents.file_responses import private_pdf_response
from home.web import rate_limits
from home.web.private_pages import private_page

from . import access, provider_calls, receipt_pdf
from .actions import payments
from .actions.locking import PaymentActionRefused
from .models import Basket, Payment
from .providers import ForgedCall, available_providers, payment_providers
from .states import ChargeState, PaymentState

BACK = rate_limits.RateLimit("payment-back", 10, 60)  # each return polls the provider at once


# -- Paying --------------------------------------------------------------------------------------------------
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request, secret):
    """Show the charges of a basket and how to pay them, or the state of a payment."""
    basket = access.basket_by_secret(secret)
    if request.method == "POST":
        return _begin(request, basket)
    return _page(request, basket)


def _begin(request, basket: Basket) -> HttpResponse:
    provider = next((one for one in available_providers() if one.key == request.POST.get("provider")), None)
    if provider is None:
        return _page(request, basket, _("Choose how you want to pay."), 422)
    try:
        payment = payments.start_payment(
            actor=None,
            basket=basket,
            provider=provider,
            language=get_language(),
            back=_local_path(request, request.POST.get("back", "")),
        )
    except PaymentActionRefused as why:
        return _page(request, basket, str(why), 409)
    if payment.state == PaymentState.NEW or not payment.url:
        payment = provider_calls.start_at_provider(payment)
    if payment.fault and payment.is_open:
        away = _(
            "%(provider)s does not answer. No money was debited. Try again in a moment, or choose "
            "another means of payment."
        )
        return _page(request, basket, away % {"provider": provider.label}, 503)
    return redirect(payment.url or basket_url(basket, payment.back))


def basket_url(basket: Basket, back: str = "") -> str:
    """Return the URL of the payment page; ``back`` is the path that the payer came from."""
    query = {"de": back} if back else None
    return reverse("payments:pay", args=[basket.secret], query=query)


@private_page
@require_GET
def return_from_provider(request, secret, payment_id):
    """Poll the provider when the payer returns from it, whatever the URL contains.

    If the payer returns too often, only the worker polls.
    """
    payment = access.payment_by_secret(secret, payment_id)
    if not payment.is_received and BACK.allows(str(payment.pk)):
        provider_calls.poll_payment(payment.pk)
    return redirect(basket_url(payment.basket, payment.back))


@private_page
@require_GET
def payment_state(request, secret, payment_id):
    """Return the payment's state as JSON for the waiting page, and have a worker poll the provider."""
    payment = access.payment_by_secret(secret, payment_id)
    payments.note_waiting_payer(payment=payment)
    return JsonResponse({"state": payment.state})


@private_page
@require_GET
def download_receipt(request, secret, payment_id):
    """Return the receipt as PDF."""
    payment = access.payment_by_secret(secret, payment_id)
    if not payment.is_received:
        raise Http404
    return private_pdf_response(BytesIO(receipt_pdf.render_receipt(payment)), f"{payment.receipt}.pdf")


def _page(request, basket: Basket, fault: str = "", status: int = 200) -> HttpResponse:
    charges, language = access.charges_of_basket(basket), get_language()
    payable = [charge for charge in charges if charge.is_payable]
    payments = access.payments_of_basket(basket)
    waiting = [one for one in payments if one.is_open and one.state != PaymentState.NEW] if payable else []
    context = {
        "basket": basket,
        "charges": charges,
        "service_title": charges[0].case.version.definition.title(language),
        "references": [charge.case.reference for charge in charges],
        "services": [charge.case.version.definition.title(language) for charge in charges],
        "total": sum(charge.open_amount for charge in payable),
        "lines": [_line(charge, line, language) for charge in charges for line in charge.lines],
        "sum": sum(line["total"] for charge in charges for line in charge.lines),
        "paid": sum(charge.paid for charge in charges),
        "until": min((charge.expires_at for charge in payable), default=None),
        "expired": any(charge.state == ChargeState.EXPIRED for charge in charges),
        "waiting": [(one, payment_providers.get(one.provider)) for one in waiting],
        "failed": _failed(payments) if payable and not fault else None,
        "receipts": [one for one in payments if one.is_received],
        "refunds": access.refunds_of_basket(basket),
        "providers": available_providers(),
        "back": _local_path(request, request.POST.get("back") or request.GET.get("de", "")),
        "fault": fault,
    }
    return render(request, "payments/pay.html", context, status=status)


def _line(charge, line: dict, language: str) -> dict:
    """Return a fee line with its label in the active language."""
    label = charge.case.version.definition.text(f"fee.{line['key']}", language) or line["label"]
    return line | {"label": label}


def _failed(payments: list[Payment]) -> tuple | None:
    """Return the last attempt and its provider if it failed, else None."""
    last = payments[0] if payments else None
    if last and last.state == PaymentState.FAILED:
        return last, payment_providers.get(last.provider)
    return None


def _local_path(request, path: str) -> str:
    """Return the path if it is a path of this site, else ""."""
    local = path.startswith("/") and path.isprintable()
    local = local and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path[:200] if local else ""


# -- Providers -----------------------------------------------------------------------------------------------
@csrf_exempt
@require_POST
def webhook(request, key):
    """Receive a webhook call of a provider. Its content only causes a poll.

    So a call may be repeated, late or out of order: the state is what the provider answers now.
    """
    provider = payment_providers.get(key) or next(
        (one for one in payment_providers if one.key.startswith(f"{key}_")), None
    )
    if provider is None or not provider.available():
        raise Http404
    try:
        number = provider.payment_id_of_call(request)
    except ForgedCall:
        return HttpResponse(status=400)
    payment = access.payment_by_provider_reference(number)
    if payment:
        provider_calls.poll_payment(payment.pk)
        for pk in payment.refunds.filter(due_at__isnull=False).values_list("pk", flat=True):
            provider_calls.run_refund(pk)
    return HttpResponse(status=200)
