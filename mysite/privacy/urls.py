from django.urls import path

from . import views

app_name = "privacy"
urlpatterns = [
    path("", views.RegisterView.as_view(), name="register"),
    path("register.<slug:kind>", views.export_register, name="export"),
    path("<slug:key>/", views.StatementView.as_view(), name="statement"),
    path("<slug:key>/assessment/", views.assessment, name="assessment"),
]
