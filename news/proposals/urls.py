from django.urls import path

from . import views

urlpatterns = [
    path("propositions/merci/", views.proposal_sent, name="proposal_asked"),
    path("propositions/<slug:secret>/", views.proposal, name="proposal"),
]
