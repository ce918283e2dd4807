"""URL by which addresses are completed; the same in every language."""

from django.urls import path

from . import views

app_name = "formbuilder"
urlpatterns = [path("adresses/<slug:table>.json", views.addresses, name="addresses")]
