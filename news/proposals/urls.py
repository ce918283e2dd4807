from django.urls import path

from . import views

urlpatterns = [
    path("propositions/merci/", views.proposal_sent, name="proposal_asked"),
    path("propositions/<secret:secret>/", views.proposal, name="proposal"),
]
