from django.urls import path

from . import views

urlpatterns = [
    path("propositions/merci/", views.asked, name="proposal_asked"),
    path("propositions/<slug:secret>/", views.proposal, name="proposal"),
]
