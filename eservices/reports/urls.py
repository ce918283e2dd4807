"""Addresses to report a problem and to see reported ones."""

from django.urls import path

from . import views

app_name = "reports"
urlpatterns = [
    path("signaler/", views.report_problem, name="file"),
    path("signaler/proches/", views.nearby_reports, name="near"),
    path("signaler/lieu/", views.find_place, name="place"),
    path("signaler/photo/", views.add_photo, name="add_photo"),
    path("signaler/photo/<str:token>/", views.unsent_photo, name="unsent_photo"),
    path("signaler/merci/<secret:secret>/", views.sent, name="sent"),
    path("signalements/", views.index, name="list"),
    path("signalements/<int:pk>/", views.show, name="report"),
    path("signalements/<int:pk>/photo.jpg", views.photo, name="photo"),
    path("signalements/<int:pk>/petite.jpg", views.small_photo, name="small_photo"),
    path("signalements/stop/<secret:secret>/", views.unfollow, name="stop"),
]
