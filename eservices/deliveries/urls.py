"""URLs of the demo mailbox, included in the demo only."""

from django.urls import path

from . import views

app_name = "deliveries"
urlpatterns = [
    path("boite/", views.mailbox, name="mailbox"),
    path("boite/<int:pk>/", views.letter, name="letter"),
    path("boite/<int:pk>/lettre.html", views.letter_html, name="letter_html"),
]
