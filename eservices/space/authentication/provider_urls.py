"""Addresses to the identity provider and back, under allauth's names, the same in every language."""

from django.urls import path

from . import provider_views

urlpatterns = [
    path("oidc/<slug:provider_id>/login/", provider_views.sign_in, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", provider_views.back, name="openid_connect_callback"),
]
