"""URLs of the payment pages. A secret has 128 random bits."""

from django.urls import path

from . import views
from .contrib.demo import views as demo
from .contrib.qrbill import views as qrbill
from .contrib.stripe import views as stripe

app_name = "payments"
urlpatterns = [
    path("payer/<secret:secret>/", views.pay, name="pay"),
    path("payer/<secret:secret>/<uuid:payment_id>/retour/", views.return_from_provider, name="back"),
    path("payer/<secret:secret>/<uuid:payment_id>/etat.json", views.payment_state, name="state"),
    path("payer/<secret:secret>/<uuid:payment_id>/quittance.pdf", views.download_receipt, name="receipt"),
    path("payer/<secret:secret>/<uuid:payment_id>/facture.pdf", qrbill.download_bill, name="bill"),
    path("payer/<secret:secret>/<uuid:payment_id>/carte/", stripe.card_page, name="card"),
    path("paiement-essai/<uuid:key>/", demo.demo_payment_page, name="demo"),
]
