from django.urls import path

from . import views

urlpatterns = [path("pilier-public/fichier/<int:pk>/<str:name>", views.file, name="notice_file")]
