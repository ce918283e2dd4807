from django.urls import path

from . import views

urlpatterns = [path("propositions/evenement/", views.propose_event, name="event_propose")]
