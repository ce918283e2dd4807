"""URLs of the admin views to test, import and export services, below /admin/pages/services/."""

from django.urls import path

from .admin_views import import_export, preview, rehearsal, versions

app_name = "services"
urlpatterns = [
    path("import/<int:index>/", import_export.ImportView.as_view(), name="import"),
    path("<int:pk>/export/", import_export.export_service, name="export"),
    path("<int:pk>/preview/", preview.PreviewView.as_view(), name="preview"),
    path("<int:pk>/preview-end/", preview.preview_end, name="preview_end"),
    path("<int:pk>/preview-typed/<str:step_id>/", preview.preview_typed, name="preview_typed"),
    path("<int:pk>/preview/<slug:step>/", preview.preview_step, name="preview_step"),
    path("<int:pk>/rehearsal/", rehearsal.RehearsalView.as_view(), name="rehearsal"),
    path("<int:pk>/rehearsal/discard/", rehearsal.discard_rehearsals, name="discard_rehearsals"),
    path("<int:pk>/rehearsal/<slug:reference>/", rehearsal.RehearsedCaseView.as_view(), name="rehearsed"),
    path(
        "<int:pk>/rehearsal/<slug:reference>/<slug:do>/",
        rehearsal.RehearsedCaseView.as_view(),
        name="rehearsed_do",
    ),
    path(
        "<int:pk>/rehearsal/<slug:reference>/letters/<uuid:letter>/",
        rehearsal.show_letter,
        name="rehearsed_letter",
    ),
    path("<int:pk>/versions/", versions.VersionsView.as_view(), name="versions"),
    path("<int:pk>/versions/compare/", versions.CompareView.as_view(), name="compare"),
]
