"""Addresses of the catalogue that are the same in every language."""

from django.urls import path

from . import views

app_name = "catalogue"
urlpatterns = [path("schema/service-definition.json", views.definition_schema, name="definition_schema")]
