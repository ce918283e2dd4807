"""The QR-bill as PDF."""

from io import BytesIO

from django.http import Http404
from django.views.decorators.http import require_GET

from eservices.documents.responses import private_pdf
from home.private import private

from ... import access
from .paper import pdf


@private
@require_GET
def bill(request, secret, payment_id):
    """The bill of a payment that waits for the bank."""
    payment = access.payment_by_secret(secret, payment_id)
    if payment.provider != "qrbill" or not payment.is_open or not payment.external_id:
        raise Http404
    return private_pdf(BytesIO(pdf(payment)), f"{payment.basket.charges.first().case.reference}.pdf")
