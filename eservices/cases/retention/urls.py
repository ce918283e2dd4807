"""Retention, under /admin/retention/."""

from django.urls import path

from . import views

app_name = "retention"
urlpatterns = [
    path("", views.IndexView.as_view(), name="index"),
    path("approved/<uuid:pk>/", views.DisposalView.as_view(), name="disposal"),
    path("hold/<slug:reference>/", views.hold, name="hold"),
    path("hold/<slug:reference>/<int:pk>/lift/", views.lift, name="lift"),
    path("due/<slug:slug>/", views.DueView.as_view(), name="due"),
]
