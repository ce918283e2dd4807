from django.urls import path

from . import views

app_name = "usage"
urlpatterns = [path("visite/<int:page_id>/", views.count_visit, name="visit")]
