"""Addresses of webhooks, without a language prefix."""

from django.conf import settings
from django.urls import include, path

from .backends.mailchimp.views import webhook

urlpatterns = [path("infolettre/mailchimp/<slug:secret>/", webhook, name="mailchimp_webhook")]

if settings.ANYMAIL["WEBHOOK_SECRET"]:  # without a secret, anybody could report bounces
    urlpatterns.append(path("courrier/", include("anymail.urls")))
