"""URLs of webhooks, one per provider, without a language prefix."""

from django.urls import path

from . import views

urlpatterns = [path("paiements/<slug:key>/", views.webhook, name="payment_webhook")]
