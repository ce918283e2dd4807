"""URLs of the accounting export in the admin, under /admin/accounting/."""

from django.urls import path

from . import admin_views

app_name = "accounting"
urlpatterns = [
    path("", admin_views.ExportsView.as_view(), name="index"),
    path("export/", admin_views.export_now, name="export_now"),
    path("<int:number>/", admin_views.ExportView.as_view(), name="export"),
    path("<int:number>/file/", admin_views.download, name="download"),
    path("<int:number>/again/", admin_views.write_again, name="write_again"),
]
