from django.urls import path

from . import views

urlpatterns = [path("propositions/evenement/", views.propose, name="event_propose")]
