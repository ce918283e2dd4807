from django.urls import path

from . import admin_views

app_name = "usage_desk"
urlpatterns = [
    path("", admin_views.UsageView.as_view(), name="index"),
    path("<slug:table>.<slug:kind>", admin_views.export_table, name="export"),
]
