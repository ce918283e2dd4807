from django.urls import path

from . import views

urlpatterns = [
    path("collectes/rappel/", views.ask, name="waste_ask"),
    path("collectes/rappel/merci/", views.asked, name="waste_asked"),
    path("collectes/rappel/<slug:secret>/oui/", views.confirm, name="waste_confirm"),
    path("collectes/rappel/<slug:secret>/fin/", views.end, name="waste_end"),
]
