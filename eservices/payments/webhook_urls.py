"""Where providers call us: one address each, without a language."""

from django.urls import path

from . import views

urlpatterns = [path("paiements/<slug:key>/", views.webhook, name="payment_webhook")]
