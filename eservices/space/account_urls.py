"""The few of allauth's addresses that a house without passwords needs, under allauth's names."""

from allauth.account import views
from django.urls import path

from . import sign_in

urlpatterns = [
    path("entrer/", sign_in.sign_in, name="account_login"),
    path("entrer/", sign_in.sign_in, name="account_request_login_code"),
    path("entrer/", sign_in.sign_in, name="account_signup"),
    path("entrer/code/", sign_in.code, name="account_confirm_login_code"),
    path("sortir/", views.logout, name="account_logout"),
    path("ferme/", views.account_inactive, name="account_inactive"),
]
