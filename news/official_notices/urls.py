from django.urls import path

from . import views

urlpatterns = [path("pilier-public/fichier/<int:pk>/<str:name>", views.notice_file, name="notice_file")]
