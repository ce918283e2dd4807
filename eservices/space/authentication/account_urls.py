"""The addresses of allauth that a sign-in without passwords needs, under allauth's names."""

from allauth.account import views
from django.urls import path

from . import passkeys, second_factor, session_views, sign_in

urlpatterns = [
    path("entrer/", sign_in.sign_in, name="account_login"),
    path("entrer/", sign_in.sign_in, name="account_request_login_code"),
    path("entrer/", sign_in.sign_in, name="account_signup"),
    path("entrer/code/", sign_in.code, name="account_confirm_login_code"),
    path("entrer/second-facteur/", second_factor.show, name="mfa_authenticate"),
    path("entrer/cle/", passkeys.sign_in, name="mfa_login_webauthn"),
    path("cles/", passkeys.index, name="mfa_list_webauthn"),
    path("cles/ajouter/", passkeys.add, name="mfa_add_webauthn"),
    path("cles/montrer/", passkeys.show_again, name="mfa_reauthenticate_webauthn"),
    path("cles/<int:pk>/enlever/", passkeys.remove, name="mfa_remove_webauthn"),
    path("second-facteur/", second_factor.index, name="mfa_index"),
    path("second-facteur/montrer/", second_factor.show_again, name="mfa_reauthenticate"),
    path("second-facteur/installer/", second_factor.set_up, name="mfa_activate_totp"),
    path("second-facteur/enlever/", second_factor.remove, name="mfa_deactivate_totp"),
    path("second-facteur/codes/", second_factor.spare_codes, name="mfa_view_recovery_codes"),
    path("second-facteur/codes/nouveaux/", second_factor.new_spare_codes, name="mfa_generate_recovery_codes"),
    path("sessions/", session_views.sessions, name="usersessions_list"),
    path("sortir/", views.logout, name="account_logout"),
    path("ferme/", views.account_inactive, name="account_inactive"),
]
