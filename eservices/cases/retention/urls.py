"""URLs of retention, under /admin/retention/."""

from django.urls import path

from . import views

app_name = "retention"
urlpatterns = [
    path("", views.RetentionOverview.as_view(), name="index"),
    path("approved/<uuid:pk>/", views.DisposalView.as_view(), name="disposal"),
    path("hold/<slug:reference>/", views.place_hold, name="hold"),
    path("hold/<slug:reference>/<int:pk>/lift/", views.release_hold, name="lift"),
    path("due/<slug:slug>/", views.DueCasesView.as_view(), name="due"),
]
