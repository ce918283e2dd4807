"""Download of the QR-bill as PDF."""

from io import BytesIO

from django.http import Http404
from django.views.decorators.http import require_GET

from eservices.documents.file_responses import private_pdf_response
from home.web.private_pages import private_page

from ... import access
from .bill_pdf import render_bill


@private_page
@require_GET
def download_bill(request, secret, payment_id):
    """Return the bill of an open payment as PDF. Raise Http404 for payments without a bill."""
    payment = access.payment_by_secret(secret, payment_id)
    if payment.provider != "qrbill" or not payment.is_open or not payment.external_id:
        raise Http404
    return private_pdf_response(
        BytesIO(render_bill(payment)), f"{payment.basket.charges.first().case.reference}.pdf"
    )
