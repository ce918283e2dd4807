from django.urls import path

from . import views

app_name = "documents"
urlpatterns = [
    path("verifier/", views.verify, name="verify"),
    path("v/<str:code>/", views.verdict, name="verdict"),
]
