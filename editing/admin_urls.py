"""The editors' screens."""

from django.urls import path

from . import views

app_name = "editing"

urlpatterns = [
    path("", views.ReportView.as_view(), name="report"),
    path("<int:page_id>/publish/", views.BeforePublicationView.as_view(), name="before_publication"),
]
