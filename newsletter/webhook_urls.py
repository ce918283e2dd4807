"""Addresses of webhooks, without a language prefix."""

from django.urls import path

from .backends.mailchimp.views import webhook

urlpatterns = [path("infolettre/mailchimp/<slug:secret>/", webhook, name="mailchimp_webhook")]
