from django.urls import path

from . import views

app_name = "site_imports"
urlpatterns = [
    path("", views.ImportListView.as_view(), name="index"),
    path("new/", views.NewImportView.as_view(), name="add"),
    path("<int:pk>/", views.ReportView.as_view(), name="report"),
    path("<int:pk>/report.<slug:kind>", views.export_report, name="export"),
    path("<int:pk>/start/", views.start_import, name="start"),
    path("<int:pk>/repeat/", views.repeat_import, name="repeat"),
    path("<int:pk>/delete/", views.delete_import, name="delete"),
]
