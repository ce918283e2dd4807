"""Addresses of imports from spreadsheets, under /admin/spreadsheets/."""

from django.urls import path

from . import admin_views as views

app_name = "spreadsheet_imports"
urlpatterns = [
    path("", views.ImportListView.as_view(), name="index"),
    path("new/", views.UploadView.as_view(), name="add"),
    path("<int:pk>/", views.ReportView.as_view(), name="report"),
    path("<int:pk>/columns/", views.ColumnsView.as_view(), name="columns"),
    path("<int:pk>/report.<slug:kind>", views.export_report, name="export"),
    path("<int:pk>/delete/", views.delete_import, name="delete"),
]
