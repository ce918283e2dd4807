"""What everybody may know about how requests are treated, and what an office that is asked answers."""

from django.urls import path

from . import figures_views, opinion_views

app_name = "counter"
urlpatterns = [
    path("delais/", figures_views.promises, name="promises"),
    path("avis/<secret:secret>/", opinion_views.OpinionView.as_view(), name="opinion"),
    path("avis/<secret:secret>/<uuid:file_id>/", opinion_views.file, name="opinion_file"),
]
