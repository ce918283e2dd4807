from django.urls import path

from . import views

urlpatterns = [
    path("fiche/modifier/", views.ask, name="directory_ask"),
    path("fiche/modifier/envoye/", views.asked, name="directory_asked"),
    path("fiche/proposer/", views.propose, name="directory_propose"),
    path("fiche/<slug:secret>/", views.keep, name="directory_keep"),
]
