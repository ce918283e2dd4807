from django.urls import path

from . import views

urlpatterns = [
    path("fiche/modifier/", views.request_links, name="directory_ask"),
    path("fiche/modifier/envoye/", views.links_requested, name="directory_asked"),
    path("fiche/proposer/", views.propose_entry, name="directory_propose"),
    path("fiche/<secret:secret>/", views.keep_entry, name="directory_keep"),
]
