"""Addresses of the private link and of the own space. A secret is matched by its shape."""

from django.urls import path, register_converter

from . import views


class SecretConverter:
    """What ``new_secret`` makes."""

    regex = "[A-Za-z0-9_-]{22}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ReferenceConverter(SecretConverter):
    """What ``numbers.case_reference`` makes: letters, digits and dashes, with at least one digit."""

    regex = "(?=[A-Za-z-]*[0-9])[A-Za-z0-9-]{3,24}"


register_converter(SecretConverter, "casesecret")
register_converter(ReferenceConverter, "reference")

app_name = "space"
urlpatterns = [
    path("dossier/<casesecret:secret>/", views.status_show, name="status"),
    path("dossier/<casesecret:secret>/repondre/", views.status_answer, name="status_answer"),
    path("dossier/<casesecret:secret>/retirer/", views.status_withdraw, name="status_withdraw"),
    path("dossier/<casesecret:secret>/confirmer/", views.status_confirm, name="status_confirm"),
    path(
        "dossier/<casesecret:secret>/documents/<uuid:document_id>/",
        views.status_document,
        name="status_document",
    ),
    path("dossier/<casesecret:secret>/fichiers/<uuid:file_id>/", views.status_file, name="status_file"),
    path("espace/", views.home, name="home"),
    path("espace/vous/", views.profile, name="profile"),
    path("espace/donnees.json", views.export, name="export"),
    path("espace/<reference:reference>/", views.case_show, name="case"),
    path("espace/<reference:reference>/repondre/", views.case_answer, name="case_answer"),
    path("espace/<reference:reference>/retirer/", views.case_withdraw, name="case_withdraw"),
    path("espace/<reference:reference>/confirmer/", views.case_confirm, name="case_confirm"),
    path(
        "espace/<reference:reference>/documents/<uuid:document_id>/",
        views.case_document,
        name="case_document",
    ),
    path("espace/<reference:reference>/fichiers/<uuid:file_id>/", views.case_file, name="case_file"),
]
