"""URL for the SMS gateway's webhook, without a language."""

from django.urls import path

from .sms.views import webhook

urlpatterns = [path("canaux/sms/<slug:secret>/", webhook, name="sms_webhook")]
