"""URL at which business software sends receipts, without a language prefix."""

from django.urls import path

from .views import receive_receipts

urlpatterns = [path("echanges/<secret:secret>/", receive_receipts, name="receive_receipts")]
