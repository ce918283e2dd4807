"""The agents' desk, under /admin/cases/."""

from django.urls import path

from . import views

app_name = "cases"
urlpatterns = [
    path("", views.QueueView.as_view(), name="queue"),
    path("counter/", views.CounterView.as_view(), name="counter"),
    path("<slug:reference>/", views.CaseView.as_view(), name="case"),
    path("<slug:reference>/files/<uuid:file_id>/", views.file, name="file"),
    path("<slug:reference>/<slug:do>/", views.CaseView.as_view(), name="do"),
]
