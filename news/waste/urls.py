from django.urls import path

from . import views

urlpatterns = [
    path("collectes/rappel/", views.request_reminder, name="waste_ask"),
    path("collectes/rappel/merci/", views.reminder_requested, name="waste_asked"),
    path("collectes/rappel/<secret:secret>/oui/", views.confirm_reminder, name="waste_confirm"),
    path("collectes/rappel/<secret:secret>/fin/", views.end_reminder, name="waste_end"),
]
