"""Where services call us: one address each, without a language."""

from django.conf import settings
from django.urls import include, path

from .backends.mailchimp.views import webhook

urlpatterns = [path("infolettre/mailchimp/<slug:secret>/", webhook, name="mailchimp_webhook")]

if settings.ANYMAIL["WEBHOOK_SECRET"]:  # without one, anybody could say that a letter came back
    urlpatterns.append(path("courrier/", include("anymail.urls")))
