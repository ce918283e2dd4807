"""URLs of the public figures, and of the page for consulted offices."""

from django.urls import path

from . import opinion_views
from .metrics import views

app_name = "counter"
urlpatterns = [
    path("delais/", views.promises_kept, name="promises"),
    path("avis/<secret:secret>/", opinion_views.OpinionView.as_view(), name="opinion"),
    path(
        "avis/<secret:secret>/<uuid:file_id>/", opinion_views.download_file_for_opinion, name="opinion_file"
    ),
]
