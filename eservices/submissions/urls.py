"""Addresses of the filing. A secret is matched by its shape, so that nothing odd reaches the database."""

from django.urls import path, register_converter

from . import views


class SecretConverter:
    """What ``models.new_secret`` makes."""

    regex = "[A-Za-z0-9_-]{22}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SecretConverter, "draftsecret")

app_name = "submissions"
urlpatterns = [
    path("<slug:form>/", views.start, name="start"),
    path("d/<draftsecret:secret>/", views.resume, name="resume"),
    path("d/<draftsecret:secret>/etape/<slug:step>/", views.step, name="step"),
    path("d/<draftsecret:secret>/verifier/", views.review, name="review"),
    path("d/<draftsecret:secret>/envoyer/", views.send, name="send"),
    path("d/<draftsecret:secret>/envoyee/", views.sent, name="sent"),
    path("d/<draftsecret:secret>/plus-tard/", views.later, name="later"),
    path("d/<draftsecret:secret>/lien/", views.resume_mail, name="resume_mail"),
]
