"""Signal handlers that store the start of a session and write the record of sign-ins."""

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import login_code_rejected, user_logged_in
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in as session_begun
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import SignIn, User

from .authentication import session_lifetime, sign_in_record

Kind, Method = SignIn.Kind, SignIn.Method


@receiver(session_begun, dispatch_uid="space-begin-session")
def begin_session(sender, request, user, **details):
    session_lifetime.begin(request, user)


@receiver(user_logged_in, dispatch_uid="space-record-sign-in")
def signed_in(sender, request, user, **details):
    shown = get_authentication_records(request, user)
    method = shown[-1]["method"] if shown else Method.PASSWORD
    sign_in_record.record(request, Kind.SIGNED_IN, user=user, method=method)


@receiver(login_code_rejected, dispatch_uid="space-record-wrong-code")
def code_rejected(sender, request, user, **details):
    sign_in_record.record(request, Kind.FAILED, user=user, method=Method.CODE)
    sign_in_record.raise_alarm()


@receiver(authentication_failed, dispatch_uid="space-record-wrong-factor")
def factor_rejected(sender, request, user, **details):
    sign_in_record.record(request, Kind.FAILED, user=user, method=Method.FACTOR)


@receiver(user_login_failed, dispatch_uid="space-record-wrong-password")
def password_rejected(sender, credentials, request=None, **details):
    email = stored_form(str(credentials.get("username") or credentials.get("email") or ""))
    user = User.objects.filter(email=email).first() if email else None
    sign_in_record.record(request, Kind.FAILED, user=user, email=email, method=Method.PASSWORD)
