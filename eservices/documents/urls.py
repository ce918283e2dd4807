from django.urls import path
from django.views.generic import RedirectView

from . import plate_check_views, views

app_name = "documents"
urlpatterns = [
    path("verifier/", views.verify, name="verify"),
    path("verifier/fichier/", views.verify_file, name="verify_file"),
    path("v/", RedirectView.as_view(pattern_name="documents:verify")),
    path("v/<str:code>/", views.verification_result, name="verdict"),
    path("remis/<secret:secret>/", views.shared_document, name="shared"),
    path("remis/<secret:secret>/document.pdf", views.shared_file, name="shared_file"),
    path("controle/", plate_check_views.check_plate, name="inspect"),
]
