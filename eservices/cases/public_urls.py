"""What everybody may know about how requests are treated, and what an office that is asked answers."""

from django.urls import path, re_path

from . import figures_views, opinion_views

SECRET = "(?P<secret>[A-Za-z0-9_-]{22})"  # what ``new_secret`` makes

app_name = "counter"
urlpatterns = [
    path("delais/", figures_views.promises, name="promises"),
    re_path(rf"^avis/{SECRET}/$", opinion_views.OpinionView.as_view(), name="opinion"),
    re_path(rf"^avis/{SECRET}/(?P<file_id>[0-9a-f-]{{36}})/$", opinion_views.file, name="opinion_file"),
]
