"""URLs of the catalogue without a language prefix."""

from django.urls import path

from . import views

app_name = "catalogue"
urlpatterns = [path("schema/service-definition.json", views.definition_schema, name="definition_schema")]
