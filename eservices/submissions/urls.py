"""URLs of form sessions."""

from django.urls import path

from . import views

app_name = "submissions"
urlpatterns = [
    path("<slug:form>/", views.start, name="start"),
    path("d/<secret:secret>/", views.resume, name="resume"),
    path("d/<secret:secret>/etape/<slug:step>/", views.step, name="step"),
    path("d/<secret:secret>/verifier/", views.review, name="review"),
    path("d/<secret:secret>/entrer/", views.sign_in, name="sign_in"),
    path("d/<secret:secret>/envoyer/", views.send, name="send"),
    path("d/<secret:secret>/envoyee/", views.sent, name="sent"),
    path("d/<secret:secret>/plus-tard/", views.save_for_later, name="later"),
    path("d/<secret:secret>/lien/", views.email_resume_link, name="resume_mail"),
]
