"""Sign-in without a password: an address, then the code that was sent there. Staff may also have a password."""

from functools import wraps
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.utils import perform_login
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, logout
from django.contrib.messages import get_messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.admin.views.account import LoginView

from eservices.accounts import actions
from eservices.accounts.models import SignIn
from eservices.accounts.session_expiry import redirect_to_sign_in
from home.web import rate_limits

from . import sign_in_record
from .identity_provider import provider_name


class SignInView(RequestLoginCodeView):
    """The first step: the e-mail address.

    A known and an unknown address get the same answer, that a code was sent.
    """

    template_name = "account/login.html"

    def _redirect_to_pending_stage(self, request, stage):
        """Do nothing, so that a user who asked for a code can enter another address."""

    def form_valid(self, form):
        form._user = form._user or self._new_account(form.cleaned_data["email"])
        return super().form_valid(form)

    def _new_account(self, email):
        if get_user_model().objects.filter(email=email).exists():
            return None  # closed by the commune: no code is sent, and the page does not reveal it
        language = get_language() or settings.LANGUAGE_CODE
        return actions.get_or_create_account(email=email, language=language)

    def get_context_data(self, **kwargs):
        problems = list(get_messages(self.request))
        return super().get_context_data(**kwargs, problems=problems, provider=provider_name())


class CodeView(ConfirmLoginCodeView):
    """The second step: the code. The page shows how many tries are left after a wrong one."""

    def post(self, request, *args, **kwargs):
        if sign_in_record.allow_code(request, self._process):
            return super().post(request, *args, **kwargs)
        user = self._process.user
        who = f"{user.pk if user else ''} {rate_limits.client_address(request)}"
        sign_in_record.record_lock_out(request, who=who, user=user, method=SignIn.Method.CODE)
        if sign_in_record.was_wrong_too_often(self._process):  # not if the limit of the network was reached
            self._process.abort()
        messages.error(request, get_adapter().error_messages["too_many_login_attempts"])
        return redirect("account_login")

    def get_context_data(self, **kwargs):
        process = self._process
        return super().get_context_data(
            **kwargs,
            problems=list(get_messages(self.request)),
            tries_left=process.max_attempts - process.state["failed_attempts"],
            minutes=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
        )


class StaffSignInView(LoginView):
    """Wagtail's sign-in by password, which asks for the second factor of users who have one."""

    def form_valid(self, form):
        logout(
            self.request
        )  # ends the session of a previous user, which would be emptied later, with the values set now
        remember = form.cleaned_data.get("remember")
        self.request.session.set_expiry(settings.SESSION_COOKIE_AGE if remember else 0)
        return perform_login(
            self.request,
            form.get_user(),
            email_verification=EmailVerificationMethod.NONE,
            redirect_url=self.get_success_url(),
        )


def return_after_sign_in(view):
    """Wrap an admin view to return staff to their page if they post after the session ended.

    A message informs them that they were signed out, and after the sign-in they come back to the page that posted
    the data. The address of the request itself often accepts only POST and shows nothing.
    """

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        signed_out = request.method == "POST" and not request.user.is_authenticated
        response = view(request, *args, **kwargs)
        if signed_out and response.status_code == 302 and _asks_to_sign_in(response.url):
            return redirect_to_sign_in(request, _page_before(request))
        return response

    return wrapper


def _asks_to_sign_in(url: str) -> bool:
    return url.startswith(f"{reverse('wagtailadmin_login')}?")


def _page_before(request) -> str:
    """Return the page of this site that sent the request; the requested address without a Referer."""
    before = urlsplit(request.headers.get("Referer", ""))
    if before.netloc != request.get_host():
        return request.get_full_path()
    return before._replace(scheme="", netloc="", fragment="").geturl()


sign_in = SignInView.as_view()
staff_sign_in = StaffSignInView.as_view()
code = CodeView.as_view()
