from django.urls import path

from . import admin_views

app_name = "api_tokens"
urlpatterns = [
    path("", admin_views.TokenListView.as_view(), name="index"),
    path("new/", admin_views.NewTokenView.as_view(), name="add"),
    path("<int:pk>/withdraw/", admin_views.withdraw, name="withdraw"),
]
